// Firings of inputs with an end: kept until the end, put into event order (on disk where memory would not
// do), then judged by `quiet`. So neither the order of files nor of lines matters.
#pragma once

#include <cstddef>
#include <functional>

#include "runtime/firing.hpp"
#include "runtime/sorted_runs.hpp"
#include "shrike/engine.hpp"
#include "shrike/error.hpp"

namespace shrike {

class FinalLedger {
 public:
  explicit FinalLedger(std::size_t memory_bytes) : firings_(memory_bytes) {}

  /// Errors: kIo when a temporary file cannot be written.
  Expected<void> add(const Firing& firing);

  /// Calls `take` for every alert that stands, in event order, and forgets them all.
  Expected<void> finish(EngineStats& stats, const std::function<void(const Alert&)>& take);

 private:
  SortedRuns firings_;
};

}  // namespace shrike
