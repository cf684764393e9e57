// Firings of inputs with an end: kept until the end, put into event order (on disk where memory would not
// do), then judged by `quiet`. So neither the order of files nor of lines matters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "runtime/firing.hpp"
#include "runtime/sorted_runs.hpp"
#include "runtime/state/value_bytes.hpp"
#include "shrike/engine.hpp"
#include "shrike/error.hpp"

namespace shrike {

class JudgementObserver;

class FinalLedger {
 public:
  /// The observer may be null.
  FinalLedger(std::size_t memory_bytes, JudgementObserver* observer)
      : firings_(memory_bytes), observer_(observer) {}

  /// Errors: kIo when a temporary file cannot be written.
  Expected<void> add(const Firing& firing);

  /// Calls `take` for every alert that stands, in event order, and forgets them all.
  Expected<void> finish(EngineStats& stats, const std::function<void(const Alert&)>& take);

  /// What a later run must know, after finish(); `now` is the time of the newest event.
  void save(std::string& out, std::int64_t now) const;
  bool load(BytesReader& bytes);

 private:
  /// The alert that began the quiet time of a key.
  struct Quiet {
    std::int64_t time = 0;
    int score = 0;
    std::int64_t until = 0;
  };

  bool stands(const Firing& firing, EngineStats& stats);
  void forget_old(std::int64_t now);

  SortedRuns firings_;
  JudgementObserver* const observer_;
  std::unordered_map<std::string, Quiet> quiet_;         ///< by quiet key
  std::unordered_map<std::string, std::int64_t> given_;  ///< by alert id: its time
  std::size_t forget_at_ = 1024;
};

}  // namespace shrike
