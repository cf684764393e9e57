// Firings as bytes, for those that wait on disk and for state that is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/firing.hpp"

namespace shrike {

std::string to_bytes(const Firing& firing);
/// Reads what to_bytes() wrote; nothing when the bytes are no firing.
std::optional<Firing> firing_from_bytes(std::string_view bytes);

}  // namespace shrike
