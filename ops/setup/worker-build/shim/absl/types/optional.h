#pragma once
#include <optional>

// Since C++17 Abseil's own type is the standard one.
namespace absl
{
template<typename T>
using optional = std::optional<T>;
using nullopt_t = std::nullopt_t;
inline constexpr nullopt_t nullopt = std::nullopt;
using std::make_optional;
} // namespace absl
