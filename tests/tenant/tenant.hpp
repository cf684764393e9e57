// A tenant that never was: its logs, what is planted in them, and its settings. Equal options give equal
// bytes.
#pragma once

#include <cstdint>
#include <string>

namespace shrike::tenant {

struct Options {
  std::uint64_t seed = 1;
  int users = 100;
  int days = 10;
  std::int64_t start = 1772409600;  ///< 2026-03-02, a Monday: midnight UTC, seconds since 1970
  int attacks = 1;                  ///< courses of every scenario in every variant
};

/// Writes audit/, entra/, labels.ndjson and settings.shrike into the folder. False when that failed.
bool generate(const Options& options, const std::string& folder);

}  // namespace shrike::tenant
