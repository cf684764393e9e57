// One run: inputs through the reader into the engine, alerts out, everything else counted.
// Read next: run_command.cpp for where its parts come from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "playground/cli/alert_printer.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/progress.hpp"
#include "playground/cli/run_counts.hpp"
#include "shrike/engine.hpp"
#include "shrike/reader.hpp"

namespace shrike::cli {

class RunSession final : public RecordSink {
 public:
  /// All of them must outlive the session; `rejects` may be null.
  RunSession(Engine& engine, AlertPrinter& printer, Output& output, Output* rejects, Progress& progress)
      : engine_(engine), printer_(printer), output_(output), rejects_(rejects), progress_(progress) {}

  /// Reads everything and lets the engine finish. What cannot be read is said on standard error and counted.
  void run(const std::vector<std::string>& inputs, const ReadLimits& limits);

  /// Of the run so far.
  RunCounts counts() const;

  /// An internal failure (a temporary file that could not be written, say) that ended the run.
  const std::optional<Error>& failure() const { return failure_; }

  bool record(std::string_view padded_text, const RecordPlace& place) override;
  void reject(const Reject& reject) override;
  void pass_over(std::string_view path) override;

 private:
  void read(const std::string& path, const ReadLimits& limits);
  void give(std::span<const Alert> alerts);
  std::uint64_t engine_rejects() const;
  bool goes_on() const { return !failure_ && !output_.failed(); }

  Engine& engine_;
  AlertPrinter& printer_;
  Output& output_;
  Output* rejects_;
  Progress& progress_;
  std::map<std::string, std::uint64_t> reader_rejects_;
  std::uint64_t reader_rejected_ = 0;
  std::uint64_t engine_rejected_ = 0;  ///< that were told
  std::uint64_t bytes_before_ = 0;     ///< of the inputs that are done
  std::uint64_t bytes_ = 0;            ///< of the input that is read
  std::uint64_t failed_inputs_ = 0;
  std::uint64_t passed_over_ = 0;
  std::optional<Error> failure_;
};

}  // namespace shrike::cli
