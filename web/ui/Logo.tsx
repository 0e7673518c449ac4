import './Logo.css';

/** An open doorway with a light in it. */
export function Logo() {
  return (
    <span className="logo">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="9" className="logo-ground" />
        <path d="M10 25V14a6 6 0 0 1 12 0v11" className="logo-door" />
        <circle cx="16" cy="19" r="2.6" className="logo-light" />
      </svg>
      Everroom
    </span>
  );
}
