// The version of the program: the one of the project in CMakeLists.txt (a test compares them).
#pragma once

#include <string_view>

namespace shrike::cli {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace shrike::cli
