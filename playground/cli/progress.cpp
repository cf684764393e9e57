#include "playground/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr unsigned kCallsPerLook = 512;  ///< the clock is not asked at every record

}  // namespace

void Progress::begin_input(std::size_t number, std::size_t inputs) {
  number_ = number;
  inputs_ = inputs;
  done_ = total_ = 0;
}

void Progress::set_bytes(std::uint64_t done, std::uint64_t total) {
  done_ = done;
  total_ = total;
  if (enabled_) show();
}

void Progress::set_counts(std::uint64_t records, std::uint64_t alerts) {
  records_ = records;
  alerts_ = alerts;
  if (enabled_ && ++calls_ % kCallsPerLook == 0) show();
}

void Progress::show() {
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_at_ < kInterval) return;
  shown_at_ = now;
  std::string line = with_unit(done_);
  if (total_ != 0) line += fmt::format(" of {}", with_unit(total_));
  if (inputs_ > 1) line += fmt::format(" (input {} of {})", number_, inputs_);
  line += fmt::format(", {}, {}", counted(records_, "record"), counted(alerts_, "alert"));
  fmt::print(stderr, "\r\x1b[K{}", cut(line, columns_of(STDERR_FILENO) - 1));
  std::fflush(stderr);
  is_shown_ = true;
}

void Progress::clear() {
  if (!is_shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  is_shown_ = false;
}

}  // namespace shrike::cli
