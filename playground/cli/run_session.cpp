#include "playground/cli/run_session.hpp"

#include <fmt/format.h>

#include "playground/cli/rejects_file.hpp"
#include "playground/cli/suggestions.hpp"
#include "runtime/program_data.hpp"

namespace shrike::cli {

void RunSession::run(const std::vector<std::string>& inputs, const ReadLimits& limits) {
  for (std::size_t i = 0; i < inputs.size() && goes_on(); ++i) {
    progress_.begin_input(i + 1, inputs.size());
    read(inputs[i], limits);
    bytes_before_ += bytes_;
    bytes_ = 0;
  }
  progress_.clear();
  if (!goes_on()) return;
  const auto finished = engine_.finish([this](const Alert& alert) { printer_.print(alert); });
  if (!finished) failure_ = finished.error();
}

void RunSession::read(const std::string& path, const ReadLimits& limits) {
  const auto fail_input = [&](const std::string& message) {
    ++failed_inputs_;
    progress_.clear();
    say_error(message);
  };
  if (path != "-") {
    if (const auto missing = missing_path(path)) return fail_input(*missing);
  }
  const auto read = read_input(path, limits, *this, [this](std::uint64_t done, std::uint64_t total) {
    bytes_ = done;
    progress_.set_bytes(done, total);
  });
  if (!read) fail_input(read.error().message);
}

bool RunSession::record(std::string_view padded_text, const RecordPlace& place) {
  const auto fed = engine_.feed_padded(padded_text, place);
  if (!fed) {
    if (fed.error().code == ErrorCode::kIo) {
      failure_ = fed.error();
      return false;
    }
    // A record that holds a list may have more than one element that was rejected; the last one is told.
    const std::uint64_t rejected = engine_rejects() - engine_rejected_;
    engine_rejected_ += rejected;
    if (rejects_ != nullptr) {
      std::string detail = fed.error().message;
      if (rejected > 1) detail += fmt::format(" (and {} more of this record)", rejected - 1);
      write_reject(*rejects_, {place, engine_.last_reject(), detail, padded_text});
    }
  }
  give(engine_.given());
  const EngineStats& stats = engine_.stats();
  progress_.set_counts(stats.records + reader_rejected_, stats.firings);
  return goes_on();
}

void RunSession::give(std::span<const Alert> alerts) {
  if (alerts.empty()) return;
  progress_.clear();
  for (const Alert& alert : alerts) printer_.print(alert);
  output_.flush();  // who reads a stream of alerts wants each when it happens
}

void RunSession::reject(const Reject& reject) {
  ++reader_rejected_;
  ++reader_rejects_[std::string(name_of(reject.reason))];
  if (rejects_ != nullptr) write_reject(*rejects_, reject);
}

void RunSession::pass_over(std::string_view path) {
  if (passed_over_++ != 0) return;  // the others are counted
  progress_.clear();
  say_warning(fmt::format("'{}' is no regular file and was passed over", path));
}

std::uint64_t RunSession::engine_rejects() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : engine_.stats().rejects) sum += count;
  return sum;
}

RunCounts RunSession::counts() const {
  RunCounts counts;
  counts.alerts = printer_.counts();
  counts.engine = engine_.stats();
  counts.rejects = reader_rejects_;
  for (const auto& [reason, count] : counts.engine.rejects) counts.rejects[reason] += count;
  counts.records = counts.engine.records + reader_rejected_;
  counts.rejected = engine_rejects() + reader_rejected_;
  const auto& sources = engine_.program().data().sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].accept != kNoIndex)
      counts.sources.emplace_back(sources[i].name, counts.engine.by_source[i]);
  }
  counts.bytes = bytes_before_ + bytes_;
  counts.failed_inputs = failed_inputs_;
  counts.passed_over = passed_over_;
  counts.ruleset = std::string(engine_.program().hash());
  return counts;
}

}  // namespace shrike::cli
