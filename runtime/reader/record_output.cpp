// Rejects as the sink gets them.
#include "runtime/reader/record_output.hpp"

namespace shrike::reader {

void RecordOutput::reject(RejectReason reason, TextPlace place, std::string_view text,
                          std::string_view detail) {
  sink_.reject({{file_, place.line, place.offset}, reason, detail, text.substr(0, kRejectTextBytes)});
}

void RecordOutput::reject_cut_off(RejectReason reason, TextPlace place, std::string_view text,
                                  std::string_view detail) {
  const auto& failure = window_.failure();
  if (failure && failure->code == ErrorCode::kFormat) {
    damage_told_ = true;
    reject(RejectReason::kBadCompression, place, text, failure->message);
  } else {
    reject(reason, place, text, detail);
  }
}

void RecordOutput::reject_damage(TextPlace end) {
  const auto& failure = window_.failure();
  if (damage_told_ || !failure || failure->code != ErrorCode::kFormat) return;
  damage_told_ = true;
  reject(RejectReason::kBadCompression, end, {}, failure->message);
}

}  // namespace shrike::reader
