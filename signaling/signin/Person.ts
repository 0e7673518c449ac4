/** Somebody who has signed in at the identity provider of this deployment. */
export interface Person {
  /** Stands for issuer and subject, and tells neither. */
  readonly id: string;
  /** As the provider says: the person cannot change it here. */
  readonly name: string;
  /** Whether the person comes into every room as a host. */
  readonly host: boolean;
}
