#pragma once
#include_next <openssl/bio.h>

// Distributions build OpenSSL with kernel TLS, the worker's authors without. With it OpenSSL asks the BIO of a DTLS
// connection whether the kernel encrypts, and the worker's BIO callback (onSslBioOut in DtlsTransport.cpp) answers 1 to
// everything: OpenSSL then allocates no buffer to write to and the first handshake ends the process.
// BIO_set_callback_ex(3) wants a callback that is told of a finished operation to hand back that operation's result, so
// this is what each callback is wrapped to do.
#ifdef __cplusplus
extern "C++" template<BIO_callback_fn_ex observer>
long everroom_bio_callback(
  BIO* bio, int operation, const char* data, size_t length, int argument, long number, int result, size_t* processed)
{
	const long answer = observer(bio, operation, data, length, argument, number, result, processed);

	return (operation & BIO_CB_RETURN) != 0 ? result : answer;
}

// A macro does not expand within itself: the inner name is OpenSSL's function.
#define BIO_set_callback_ex(bio, observer) BIO_set_callback_ex(bio, &everroom_bio_callback<observer>)
#endif
