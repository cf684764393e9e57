#include "playground/cli/alert_printer.hpp"

#include "playground/cli/alert_text.hpp"
#include "playground/cli/safe_text.hpp"

namespace shrike::cli {

AlertPrinter::AlertPrinter(Output& output, AlertFormat format)
    : output_(output),
      format_(format),
      style_(wants_colour(output.descriptor())),
      columns_(columns_of(output.descriptor())) {}

bool AlertPrinter::print(const Alert& alert) {
  counts_.add(alert);
  if (format_ == AlertFormat::kNdjson) return output_.write(json_line(to_json(alert)));
  summary_.add(alert);
  return output_.write(alert_text(alert, style_, columns_));
}

void AlertPrinter::print_summary(const RunCounts& counts) {
  if (format_ == AlertFormat::kHuman) output_.write(summary_.text(counts, style_, columns_));
}

}  // namespace shrike::cli
