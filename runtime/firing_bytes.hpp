// Firings as bytes, for those that wait on disk.
#pragma once

#include <string>
#include <string_view>

#include "runtime/firing.hpp"

namespace shrike {

std::string to_bytes(const Firing& firing);
/// Reads what to_bytes() wrote in the same process.
Firing firing_from_bytes(std::string_view bytes);

}  // namespace shrike
