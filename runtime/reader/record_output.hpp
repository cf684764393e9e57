// What the splitters hand on: records and rejects with their place, to the caller's sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/reader/text_window.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

/// How much of a refused record is shown.
inline constexpr std::size_t kRejectTextBytes = 4096;

/// A place in the text.
struct TextPlace {
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
};

class RecordOutput {
 public:
  RecordOutput(std::string_view file, const TextWindow& window, RecordSink& sink)
      : file_(file), window_(window), sink_(sink) {}

  void record(std::string_view padded_text, TextPlace place) {
    if (!sink_.record(padded_text, {file_, place.line, place.offset})) stopped_ = true;
  }
  void reject(RejectReason reason, TextPlace place, std::string_view text, std::string_view detail);
  /// For a record that the end of the text cuts off. If damaged compression ended the text, that is the
  /// reason.
  void reject_cut_off(RejectReason reason, TextPlace place, std::string_view text, std::string_view detail);
  /// Says that the text ended early, unless a record that was cut off has said so.
  void reject_damage(TextPlace end);

  /// The sink wants no more.
  bool stopped() const { return stopped_; }

 private:
  std::string_view file_;
  const TextWindow& window_;
  RecordSink& sink_;
  bool stopped_ = false;
  bool damage_told_ = false;
};

}  // namespace shrike::reader
