// The JSONTestSuite of Nicolas Seriot (test_parsing, 318 documents): y_ must be accepted, n_ refused, i_ is
// up to the parser and pinned here. A second and third table pin what the forward pass over records lets
// through when such a document is a member that no rule reads, and one that a rule reads. The documents are
// test data that is not part of this project.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/record_decoder.hpp"

using namespace shrike;

namespace {

struct Document {
  std::string name;
  std::string text;
};

const std::vector<Document>& documents() {
  static const std::vector<Document> all = [] {
    const char* const shared = std::getenv("SHRIKE_SHARED");
    const std::filesystem::path root = shared != nullptr
                                           ? std::filesystem::path(shared)
                                           : std::filesystem::path(SHRIKE_PROJECT_DIR) / ".." / "shared";
    const std::filesystem::path folder = root / "data" / "JSONTestSuite" / "test_parsing";
    std::vector<Document> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
      std::ifstream in(entry.path(), std::ios::binary);
      found.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(in), {}}});
    }
    std::sort(found.begin(), found.end(),
              [](const Document& a, const Document& b) { return a.name < b.name; });
    if (found.empty()) std::cout << "skipped: JSONTestSuite is not in " << folder.string() << '\n';
    return found;
  }();
  return all;
}

constexpr std::string_view kRefused = "refused";

/// The documents that the suite leaves to the parser: what they are read as, or that they are refused.
const std::map<std::string_view, std::string_view> kUpToTheParser = {
    {"i_number_double_huge_neg_exp.json", "[0.0]"},
    {"i_number_huge_exp.json", "[null]"},
    {"i_number_neg_int_huge_exp.json", "[null]"},
    {"i_number_pos_double_huge_exp.json", "[null]"},
    {"i_number_real_neg_overflow.json", "[null]"},
    {"i_number_real_pos_overflow.json", "[null]"},
    {"i_number_real_underflow.json", "[0.0]"},
    {"i_number_too_big_neg_int.json", "[-1.2312312312312312e+29]"},
    {"i_number_too_big_pos_int.json", "[1e+20]"},
    {"i_number_very_big_negative_int.json", "[-2.374623746732769e+47]"},
    {"i_object_key_lone_2nd_surrogate.json", "{\"\uFFFD\":0}"},
    {"i_string_1st_surrogate_but_2nd_missing.json", "[\"\uFFFD\"]"},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", "[\"\uFFFD\u1234\"]"},
    {"i_string_UTF-16LE_with_BOM.json", kRefused},
    {"i_string_UTF-8_invalid_sequence.json", kRefused},
    {"i_string_UTF8_surrogate_U+D800.json", kRefused},
    {"i_string_incomplete_surrogate_and_escape_valid.json", "[\"\uFFFD\\n\"]"},
    {"i_string_incomplete_surrogate_pair.json", "[\"\uFFFDa\"]"},
    {"i_string_incomplete_surrogates_escape_valid.json", "[\"\uFFFD\uFFFD\\n\"]"},
    {"i_string_invalid_lonely_surrogate.json", "[\"\uFFFD\"]"},
    {"i_string_invalid_surrogate.json", "[\"\uFFFDabc\"]"},
    {"i_string_invalid_utf-8.json", kRefused},
    {"i_string_inverted_surrogates_U+1D11E.json", "[\"\uFFFD\uFFFD\"]"},
    {"i_string_iso_latin_1.json", kRefused},
    {"i_string_lone_second_surrogate.json", "[\"\uFFFD\"]"},
    {"i_string_lone_utf8_continuation_byte.json", kRefused},
    {"i_string_not_in_unicode_range.json", kRefused},
    {"i_string_overlong_sequence_2_bytes.json", kRefused},
    {"i_string_overlong_sequence_6_bytes.json", kRefused},
    {"i_string_overlong_sequence_6_bytes_null.json", kRefused},
    {"i_string_truncated-utf-8.json", kRefused},
    {"i_string_utf16BE_no_BOM.json", kRefused},
    {"i_string_utf16LE_no_BOM.json", kRefused},
    {"i_structure_500_nested_arrays.json", kRefused},
    {"i_structure_UTF-8_BOM_empty_object.json", kRefused},
};

/// Invalid documents whose only fault is an escape: the forward pass lets them through, read or not, and a
/// rule that reads them finds nothing.
const std::vector<std::string_view> kBadEscapes = {
    "n_string_1_surrogate_then_escape_u.json",
    "n_string_1_surrogate_then_escape_u1.json",
    "n_string_1_surrogate_then_escape_u1x.json",
    "n_string_escape_x.json",
    "n_string_escaped_emoji.json",
    "n_string_incomplete_escaped_character.json",
    "n_string_incomplete_surrogate.json",
    "n_string_incomplete_surrogate_escape_invalid.json",
    "n_string_invalid_backslash_esc.json",
    "n_string_invalid_unicode_escape.json",
    "n_string_unicode_CapitalU.json",
};

/// Invalid documents whose only fault is the spelling of a number or word: let through where no rule reads
/// them, and the record is rejected where one does.
const std::vector<std::string_view> kBadWords = {
    "n_array_just_minus.json",
    "n_incomplete_false.json",
    "n_incomplete_null.json",
    "n_incomplete_true.json",
    "n_multidigit_number_then_00.json",
    "n_number_-01.json",
    "n_number_-1.0..json",
    "n_number_-2..json",
    "n_number_-NaN.json",
    "n_number_0.1.2.json",
    "n_number_0.3e+.json",
    "n_number_0.3e.json",
    "n_number_0.e1.json",
    "n_number_0_capital_E+.json",
    "n_number_0_capital_E.json",
    "n_number_0e+.json",
    "n_number_0e.json",
    "n_number_1.0e+.json",
    "n_number_1.0e-.json",
    "n_number_1.0e.json",
    "n_number_1eE2.json",
    "n_number_2.e+3.json",
    "n_number_2.e-3.json",
    "n_number_2.e3.json",
    "n_number_9.e+.json",
    "n_number_Inf.json",
    "n_number_NaN.json",
    "n_number_expression.json",
    "n_number_hex_1_digit.json",
    "n_number_hex_2_digits.json",
    "n_number_infinity.json",
    "n_number_invalid+-.json",
    "n_number_invalid-negative-real.json",
    "n_number_minus_infinity.json",
    "n_number_minus_sign_with_trailing_garbage.json",
    "n_number_neg_int_starting_with_zero.json",
    "n_number_neg_real_without_int_part.json",
    "n_number_neg_with_garbage_at_end.json",
    "n_number_real_garbage_after_e.json",
    "n_number_real_without_fractional_part.json",
    "n_number_with_alpha.json",
    "n_number_with_alpha_char.json",
    "n_number_with_leading_zero.json",
    "n_object_bad_value.json",
    "n_string_single_string_no_double_quotes.json",
    "n_structure_ascii-unicode-identifier.json",
    "n_structure_capitalized_True.json",
    "n_structure_number_with_trailing_garbage.json",
};

bool is_in(const std::vector<std::string_view>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string read_as(const std::string& text) {
  JsonDecoder decoder;
  Arena arena;
  const auto value = decoder.decode(text, arena);
  if (!value) return std::string(kRefused);
  std::string out;
  append_json(out, *value);
  return out;
}

struct Passed {
  bool accepted = false;
  std::string value = std::string(kRefused);
};

/// The document as member "x" of a record, between two members that must not be disturbed by it.
Passed as_member(const std::string& text, std::vector<RawPath> paths) {
  std::string record = "{\"before\":1,\"x\": " + text + ",\"after\":2}";
  const std::size_t size = record.size();
  record.append(kRecordPadding, '}');
  paths.push_back({"before"});
  paths.push_back({"after"});
  RecordDecoder decoder(paths, {});
  Passed passed;
  passed.accepted = decoder.decode(std::string_view(record).substr(0, size)).has_value();
  if (!passed.accepted) return passed;
  Arena arena;
  CHECK(decoder.value(paths.size() - 2, arena).integer == 1);
  CHECK(decoder.value(paths.size() - 1, arena).integer == 2);
  passed.value.clear();
  append_json(passed.value, decoder.value(0, arena));
  return passed;
}

}  // namespace

TEST_CASE("JSONTestSuite: documents stand alone") {
  if (documents().empty()) return;
  CHECK(documents().size() == 318);
  for (const Document& document : documents()) {
    CAPTURE(document.name);
    const std::string read = read_as(document.text);
    switch (document.name.front()) {
      case 'y':
        CHECK(read != kRefused);
        break;
      case 'n':
        CHECK(read == kRefused);
        break;
      default:
        REQUIRE(kUpToTheParser.count(document.name) == 1);
        CHECK(read == kUpToTheParser.at(document.name));
    }
  }
}

TEST_CASE("JSONTestSuite: documents as a member of a record that no rule reads") {
  for (const Document& document : documents()) {
    CAPTURE(document.name);
    const bool accepted = as_member(document.text, {}).accepted;
    switch (document.name.front()) {
      case 'y':
        CHECK(accepted);
        break;
      case 'n':
        CHECK(accepted == (is_in(kBadEscapes, document.name) || is_in(kBadWords, document.name)));
        break;
      default:
        CHECK(accepted == (kUpToTheParser.at(document.name) != kRefused));
    }
  }
}

TEST_CASE("JSONTestSuite: documents as a member of a record that a rule reads") {
  for (const Document& document : documents()) {
    CAPTURE(document.name);
    const Passed passed = as_member(document.text, {{"x"}});
    switch (document.name.front()) {
      case 'y':
        CHECK(passed.value == read_as(document.text));
        break;
      case 'n':
        CHECK(passed.accepted == is_in(kBadEscapes, document.name));
        if (passed.accepted) CHECK(passed.value == "null");
        break;
      default:
        CHECK(passed.value == kUpToTheParser.at(document.name));
    }
  }
}
