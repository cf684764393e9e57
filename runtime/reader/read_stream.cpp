// Stacks the stages and picks the splitter.
#include "runtime/reader/read_stream.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "runtime/reader/csv_splitter.hpp"
#include "runtime/reader/decompress.hpp"
#include "runtime/reader/format_sniff.hpp"
#include "runtime/reader/json_splitter.hpp"
#include "runtime/reader/record_output.hpp"
#include "runtime/reader/text_encoding.hpp"
#include "runtime/reader/text_window.hpp"

namespace shrike::reader {
namespace {

/// Reads as much as it takes to tell the form.
TextForm recognise(TextWindow& window) {
  std::size_t tried = 0;
  for (;;) {
    const std::string_view text = window.view(window.begin(), window.end());
    // Looking again only after some growth keeps inputs that come in small pieces cheap.
    if (window.ended() || text.size() >= tried + tried / 4) {
      tried = text.size();
      if (auto form = sniff_form(text, window.ended())) return *form;
    }
    window.refill(window.begin());
  }
}

void reject_foreign(const TextForm& form, const TextWindow& window, RecordOutput& output) {
  constexpr std::size_t kShown = 256;
  const std::string_view text = window.view(form.start.offset, window.end()).substr(0, kShown);
  output.reject(form.reason, form.start, text, "The input is " + form.what + ", neither JSON nor CSV.");
}

}  // namespace

Expected<void> read_stream(ByteSource& stored, std::string_view name, const ReadLimits& limits,
                           RecordSink& sink, std::size_t chunk, bool& stopped) {
  DecompressedBytes bytes(stored);
  Utf8Bytes utf8(bytes);
  TextWindow window(utf8, chunk);
  RecordOutput output(name, window, sink);
  const TextForm form = recognise(window);
  TextPlace end = form.start;
  switch (form.kind) {
    case TextForm::Kind::kJson:
      end = JsonSplitter(window, form.start, limits, output).run();
      break;
    case TextForm::Kind::kCsv:
      end = CsvSplitter(window, form.start, form.delimiter, limits, output).run();
      break;
    case TextForm::Kind::kForeign:
      reject_foreign(form, window, output);
      break;
  }
  stopped = output.stopped();
  if (stopped) return {};
  const auto& failure = window.failure();
  if (failure && failure->code != ErrorCode::kFormat) return tl::unexpected(*failure);
  if (form.kind != TextForm::Kind::kForeign) output.reject_damage(end);
  return {};
}

}  // namespace shrike::reader
