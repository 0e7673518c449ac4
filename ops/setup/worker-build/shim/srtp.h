#pragma once

// libsrtp 3's interface, as far as the worker uses it, on libsrtp 2. Both name their policy type srtp_policy_t: a
// struct in 2, an opaque pointer in 3. Functions of one name differ in their parameters, so libsrtp 3's are overloads.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

// Only libsrtp 3 knows these errors.
constexpr srtp_err_status_t srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
constexpr srtp_err_status_t srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace everroom
{
struct SrtpPolicy
{
	srtp2_policy_t settings{};
	srtp_profile_t profile{ srtp_profile_reserved };
	uint8_t masterKey[SRTP_MAX_KEY_LEN]{};

	SrtpPolicy()                             = default;
	SrtpPolicy(const SrtpPolicy&)            = delete;
	SrtpPolicy& operator=(const SrtpPolicy&) = delete;

	~SrtpPolicy()
	{
		explicit_bzero(this->masterKey, sizeof(this->masterKey));
	}
};

// libsrtp 2 changes a packet in place and writes at most `growth` bytes behind it.
template<size_t growth, typename Operation>
srtp_err_status_t transformPacket(
  Operation operation, srtp_t session, const uint8_t* from, size_t fromLength, uint8_t* to, size_t* toLength)
{
	constexpr size_t longest{ 1u << 20 };

	if (fromLength > longest)
	{
		return srtp_err_status_bad_param;
	}
	if (*toLength < fromLength + growth)
	{
		return srtp_err_status_buffer_small;
	}

	// They may overlap, or be the same buffer.
	std::memmove(to, from, fromLength);

	auto length       = static_cast<int>(fromLength);
	const auto status = operation(session, to, &length);

	if (status == srtp_err_status_ok)
	{
		*toLength = static_cast<size_t>(length);
	}

	return status;
}
} // namespace everroom

using srtp_policy_t = everroom::SrtpPolicy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) everroom::SrtpPolicy();

	return *policy != nullptr ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->settings.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	policy->profile = profile;

	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->settings.rtp, profile);

	// RTCP has its own, as its tag stays at 80 bits where the profile shortens that of RTP to 32 (RFC 3711, 5.2).
	return status != srtp_err_status_ok ? status
	                                    : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->settings.rtcp, profile);
}

// The worker gives one key, without a key identifier (MKI); anything else is refused rather than half done.
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLength,
  const uint8_t* salt,
  size_t saltLength,
  const uint8_t* /*mki*/,
  size_t mkiLength)
{
	const bool isFirst     = policy->settings.key == nullptr;
	const bool hasLengths  = keyLength == srtp_profile_get_master_key_length(policy->profile) &&
	                        saltLength == srtp_profile_get_master_salt_length(policy->profile);
	const bool fits        = keyLength + saltLength <= sizeof(policy->masterKey);

	if (!isFirst || !hasLengths || !fits || mkiLength != 0)
	{
		return srtp_err_status_bad_param;
	}

	// libsrtp 2 wants the salt right behind the key.
	std::memcpy(policy->masterKey, key, keyLength);
	std::memcpy(&policy->masterKey[keyLength], salt, saltLength);
	policy->settings.key = policy->masterKey;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->settings.allow_repeat_tx = static_cast<int>(allow);

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t size)
{
	policy->settings.window_size = static_cast<unsigned long>(size);

	return srtp_err_status_ok;
}

// The session keeps nothing of the policy: libsrtp 2 copies it.
inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, &std::as_const(policy->settings));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLength, uint8_t* srtp, size_t* srtpLength, size_t /*mki*/)
{
	const auto inPlace = [](srtp_t s, void* packet, int* length) { return srtp_protect(s, packet, length); };

	return everroom::transformPacket<SRTP_MAX_TRAILER_LEN>(inPlace, session, rtp, rtpLength, srtp, srtpLength);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLength, uint8_t* srtcp, size_t* srtcpLength, size_t /*mki*/)
{
	const auto inPlace = [](srtp_t s, void* packet, int* length) { return srtp_protect_rtcp(s, packet, length); };

	// SRTCP adds its index of 4 bytes to the trailer (RFC 3711, 3.4).
	return everroom::transformPacket<SRTP_MAX_TRAILER_LEN + 4>(
	  inPlace, session, rtcp, rtcpLength, srtcp, srtcpLength);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLength, uint8_t* rtp, size_t* rtpLength)
{
	const auto inPlace = [](srtp_t s, void* packet, int* length) { return srtp_unprotect(s, packet, length); };

	return everroom::transformPacket<0>(inPlace, session, srtp, srtpLength, rtp, rtpLength);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLength, uint8_t* rtcp, size_t* rtcpLength)
{
	const auto inPlace = [](srtp_t s, void* packet, int* length) { return srtp_unprotect_rtcp(s, packet, length); };

	return everroom::transformPacket<0>(inPlace, session, srtcp, srtcpLength, rtcp, rtcpLength);
}
