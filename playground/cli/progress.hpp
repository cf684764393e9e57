// How far a run is, on one line of a terminal that is rewritten and at last cleared.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace shrike::cli {

class Progress {
 public:
  /// Shows nothing unless `enabled`; standard error must be a terminal then.
  explicit Progress(bool enabled) : enabled_(enabled) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The input that is read from now on, and how many there are.
  void begin_input(std::size_t number, std::size_t inputs);
  void set_bytes(std::uint64_t done, std::uint64_t total);
  void set_counts(std::uint64_t records, std::uint64_t alerts);

  /// Takes the line away, before something else is written.
  void clear();

 private:
  void show();

  bool enabled_;
  bool is_shown_ = false;
  unsigned calls_ = 0;
  std::size_t number_ = 1, inputs_ = 1;
  std::uint64_t done_ = 0, total_ = 0, records_ = 0, alerts_ = 0;
  std::chrono::steady_clock::time_point shown_at_ = std::chrono::steady_clock::now();
};

}  // namespace shrike::cli
