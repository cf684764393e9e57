// Any bytes as a record. What the forward pass finds must be what decoding the whole document and looking
// names up in it finds; what it rejects must be no JSON object within the limits.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/record_decoder.hpp"

namespace {

using namespace shrike;

void require(bool claim) {
  if (!claim) std::abort();
}

std::string written(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

const std::vector<RawPath>& paths() {
  static const std::vector<RawPath> all = {{"a"},
                                           {"a", "b"},
                                           {"a", "b", "c"},
                                           {"A"},
                                           {"Operation"},
                                           {"status", "errorCode"},
                                           {"Type"},
                                           {"type"},
                                           {"type", "x"},
                                           {"Parameters"},
                                           {"\u212A"},
                                           {""},
                                           {"properties", "ipAddress"},
                                           {"value"}};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Arena arena;
  JsonDecoder whole;
  const auto document = whole.decode(text, arena);
  const bool is_object = document.has_value() && document->kind == Kind::kMap;

  // The padding continues the record in a way that would matter if it were read.
  const char behind = size == 0 ? '}' : "},]\"0 "[data[0] % 6];
  const std::string padded = std::string(text) + std::string(kRecordPadding, behind);
  const std::string_view record = std::string_view(padded).substr(0, size);

  static RecordDecoder reused(paths(), {});
  const bool accepted = reused.decode(record).has_value();
  if (is_object) require(accepted);
  for (std::size_t p = 0; p < paths().size(); ++p) {
    const Value found = reused.value(p, arena);
    require(accepted || found.is_missing());
    require(found.is_missing() || reused.has(p));
    const std::string_view part = reused.text(p);
    require(part.empty() ||
            (part.data() >= record.data() && part.data() + part.size() <= record.data() + record.size()));
    if (!is_object) continue;
    Value expected = *document;
    for (const std::string& name : paths()[p]) expected = find(expected, name);
    require(written(found) == written(expected));
  }
  (void)reused.wrapped_list();

  // Wanting everything means checking everything.
  const std::vector<RawPath> everything = {{}};
  RecordDecoder strict(everything, {});
  const bool strictly = strict.decode(record).has_value();
  if (strictly) require(strict.value(0, arena).is_missing() != is_object);
  if (is_object) require(strictly && written(strict.value(0, arena)) == written(*document));

  // What was written reads back to the same.
  if (document.has_value()) {
    const std::string once = written(*document);
    const auto again = whole.decode(once, arena);
    require(again.has_value() && written(*again) == once);
  }
  return 0;
}
