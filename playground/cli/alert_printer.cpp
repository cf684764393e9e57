#include "playground/cli/alert_printer.hpp"

#include <utility>

#include "playground/cli/alert_ecs.hpp"
#include "playground/cli/alert_ocsf.hpp"
#include "playground/cli/alert_text.hpp"
#include "playground/cli/incident_text.hpp"
#include "playground/cli/safe_text.hpp"

namespace shrike::cli {

AlertPrinter::AlertPrinter(Output& output, AlertFormat format, Program program)
    : output_(output),
      format_(format),
      program_(std::move(program)),
      style_(wants_colour(output.descriptor())),
      columns_(columns_of(output.descriptor())) {}

bool AlertPrinter::print(const Alert& alert) {
  counts_.add(alert);
  standing_.add(alert);
  switch (format_) {
    case AlertFormat::kNdjson:
      return output_.write(json_line(to_json(alert)));
    case AlertFormat::kOcsf:
      return output_.write(json_line(ocsf_finding(alert, program_)));
    case AlertFormat::kEcs:
      return output_.write(json_line(ecs_document(alert, program_)));
    case AlertFormat::kHuman:
      break;
  }
  summary_.add(alert);
  return output_.write(alert_text(alert, style_, columns_));
}

void AlertPrinter::group() {
  alerts_ = standing_.take();
  incidents_ = group_incidents(alerts_);
}

void AlertPrinter::print_end(const RunCounts& counts) {
  if (format_ == AlertFormat::kNdjson) {
    for (const Incident& incident : incidents_) output_.write(json_line(to_json(incident)));
  }
  if (format_ != AlertFormat::kHuman) return;
  output_.write(
      summary_.text(counts, incidents_text(incidents_, alerts_, style_, columns_), style_, columns_));
}

}  // namespace shrike::cli
