// Firings of inputs with an end: kept until the end, put into event order (on disk where memory would not
// do), then judged by `quiet`. So neither the order of files nor of lines matters.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/firing.hpp"
#include "shrike/engine.hpp"
#include "shrike/error.hpp"

namespace shrike {

class FinalLedger {
 public:
  explicit FinalLedger(std::size_t memory_bytes) : memory_bytes_(memory_bytes) {}

  /// Errors: kIo when a temporary file cannot be written.
  Expected<void> add(Firing firing);

  /// Calls `take` for every alert that stands, in event order, and forgets them all.
  Expected<void> finish(EngineStats& stats, const std::function<void(const Alert&)>& take);

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using TemporaryFile = std::unique_ptr<std::FILE, FileCloser>;
  using Entry = std::pair<std::string, std::string>;  ///< order key, firing as bytes

  Expected<void> spill();

  std::size_t memory_bytes_;
  std::size_t held_bytes_ = 0;
  std::vector<Entry> held_;
  std::vector<TemporaryFile> runs_;
};

}  // namespace shrike
