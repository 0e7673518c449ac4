#pragma once
#include <optional>

// From C++17 on Abseil's own is the standard one.
namespace absl
{
template<typename T>
using optional = std::optional<T>;
using nullopt_t = std::nullopt_t;
inline constexpr nullopt_t nullopt = std::nullopt;
using std::make_optional;
} // namespace absl
