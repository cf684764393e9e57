// Random records with repeated keys, escapes, spellings, nulls and nesting, against a slow and obvious walk
// over a tree that nlohmann::json's SAX interface builds with every member kept.
#include <doctest/doctest.h>
#include <unicode/uchar.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "runtime/record_decoder.hpp"
#include "runtime/utf8.hpp"

using namespace shrike;

namespace {

struct Member;

/// A JSON value that keeps repeated names.
struct Tree {
  enum class Kind { kScalar, kNull, kObject, kArray };
  Kind kind = Kind::kNull;
  std::string scalar;  ///< JSON text as append_json writes it
  std::vector<Member> members;
  std::vector<Tree> items;
};

struct Member {
  std::string name;
  Tree value;
};

class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Tree root;

  bool null() override { return add({}); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t value, const string_t&) override {
    return scalar(nlohmann::json(value).dump());
  }
  bool string(string_t& value) override { return scalar(nlohmann::json(value).dump()); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Tree::Kind::kObject); }
  bool start_array(std::size_t) override { return open(Tree::Kind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    open_.back().second.push_back(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool scalar(std::string text) {
    Tree tree;
    tree.kind = Tree::Kind::kScalar;
    tree.scalar = std::move(text);
    return add(std::move(tree));
  }
  bool add(Tree tree) {
    if (open_.empty()) {
      root = std::move(tree);
    } else if (auto& [parent, names] = open_.back(); parent.kind == Tree::Kind::kObject) {
      parent.members.push_back({names.back(), std::move(tree)});
    } else {
      parent.items.push_back(std::move(tree));
    }
    return true;
  }
  bool open(Tree::Kind kind) {
    open_.emplace_back();
    open_.back().first.kind = kind;
    return true;
  }
  bool close() {
    Tree done = std::move(open_.back().first);
    open_.pop_back();
    return add(std::move(done));
  }

  std::vector<std::pair<Tree, std::vector<std::string>>> open_;
};

std::string folded(std::string_view text) {
  std::string out;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    char bytes[4];
    const auto point = static_cast<UChar32>(utf8::decode(at, text.data() + text.size()));
    out.append(bytes,
               utf8::encode(static_cast<std::uint32_t>(u_foldCase(point, U_FOLD_CASE_DEFAULT)), bytes));
  }
  return out;
}

const Tree* member(const Tree& tree, const std::string& name) {
  const Tree* exact = nullptr;
  const Tree* other = nullptr;
  for (const auto& [key, value] : tree.members) {
    if (key == name) exact = &value;
    if (folded(key) == folded(name)) other = &value;
  }
  return exact != nullptr ? exact : other;
}

std::string written(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::kNull:
      return "null";
    case Tree::Kind::kScalar:
      return tree.scalar;
    case Tree::Kind::kArray: {
      std::string out = "[";
      for (const Tree& item : tree.items) out += (out.size() > 1 ? "," : "") + written(item);
      return out + "]";
    }
    case Tree::Kind::kObject: {
      std::string out = "{";
      for (const auto& [key, value] : tree.members) {
        out += (out.size() > 1 ? "," : "") + nlohmann::json(key).dump() + ":" + written(value);
      }
      return out + "}";
    }
  }
  return {};
}

std::string expected_at(const Tree& root, const RawPath& path) {
  const Tree* at = &root;
  for (const std::string& name : path) {
    at = at->kind == Tree::Kind::kObject ? member(*at, name) : nullptr;
    if (at == nullptr) return "null";
  }
  return written(*at);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  const char* name() {
    static const char* const kNames[] = {"a",
                                         "A",
                                         "b",
                                         "B",
                                         "Type",
                                         "type",
                                         "TYPE",
                                         "key",
                                         "\u212Aey",
                                         "KEY",
                                         "aVeryLongName",
                                         "AVERYLONGNAME",
                                         "aVeryLongNamf",
                                         "\u00E9",
                                         "\u00C9",
                                         "",
                                         "a b",
                                         "x\\y",
                                         "x/y",
                                         "value",
                                         "Status",
                                         "errorCode",
                                         "errorcode"};
    return kNames[below(std::size(kNames))];
  }

  RawPath path() {
    RawPath path;
    for (std::uint64_t depth = below(4); depth > 0; --depth) path.emplace_back(name());
    return path;
  }

  std::string record() {
    std::string text;
    blank(text);
    object(text, 0);
    blank(text);
    return text;
  }

 private:
  void blank(std::string& out) {
    static const char* const kBlanks[] = {"", "", "", " ", "\n", "\t \r\n"};
    out += kBlanks[below(std::size(kBlanks))];
  }

  void text(std::string& out, std::string_view plain) {
    out += '"';
    for (const char c : plain) {
      if (c == '\\' || c == '"') {
        out += below(2) == 0 ? std::string("\\") + c : (c == '"' ? "\\u0022" : "\\u005C");
      } else if (static_cast<unsigned char>(c) < 0x80 && below(12) == 0) {
        static constexpr char kHex[] = "0123456789abcdef";
        out += std::string("\\u00") + kHex[c >> 4] + kHex[c & 15];
      } else {
        out += c;
      }
    }
    out += '"';
  }

  void object(std::string& out, int depth) {
    out += '{';
    blank(out);
    const std::uint64_t size = below(depth == 0 ? 12 : 5);
    for (std::uint64_t i = 0; i < size; ++i) {
      if (i > 0) out += ',';
      blank(out);
      text(out, name());
      blank(out);
      out += ':';
      blank(out);
      value(out, depth + 1);
      blank(out);
    }
    out += '}';
  }

  void value(std::string& out, int depth) {
    static const char* const kScalars[] = {"null", "true", "false", "0", "-7", "638123456789012345",
                                           "0.5",  "2.5e3"};
    const std::uint64_t pick = below(depth > 4 ? 7 : 12);
    if (pick < 4) {
      out += kScalars[below(std::size(kScalars))];
    } else if (pick < 7) {
      static const char* const kTexts[] = {"",          "plain",  "with \\ and \"", "\u00E9\U0001F600",
                                           "{\"a\":1}", "a,b:[c]"};
      text(out, kTexts[below(std::size(kTexts))]);
    } else if (pick < 10) {
      object(out, depth);
    } else {
      out += '[';
      const std::uint64_t size = below(4);
      for (std::uint64_t i = 0; i < size; ++i) {
        if (i > 0) out += ',';
        blank(out);
        value(out, depth + 1);
        blank(out);
      }
      out += ']';
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("every path finds what a slow walk over the whole record finds") {
  Generator generate(42);
  int present = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<RawPath> paths;
    for (std::uint64_t count = 1 + generate.below(20); count > 0; --count) paths.push_back(generate.path());
    RecordDecoder decoder(paths, {});
    for (int i = 0; i < 50; ++i) {
      const std::string record = generate.record();
      CAPTURE(record);
      TreeBuilder tree;
      REQUIRE(nlohmann::json::sax_parse(record, &tree));
      // The padding looks like more of the record.
      const std::string padded = record + std::string(kRecordPadding, i % 2 == 0 ? '}' : ',');
      REQUIRE(decoder.decode(std::string_view(padded).substr(0, record.size())).has_value());
      Arena arena;
      for (std::size_t p = 0; p < paths.size(); ++p) {
        const std::string expected = expected_at(tree.root, paths[p]);
        CAPTURE(p);
        std::string found;
        append_json(found, decoder.value(p, arena));
        REQUIRE(found == expected);
        REQUIRE(decoder.has(p) == (expected != "null"));
        if (expected == "null") continue;
        ++present;
        std::string from_text;
        JsonDecoder whole;
        append_json(from_text, *whole.decode(decoder.text(p), arena));
        REQUIRE(from_text == expected);
      }
    }
  }
  CHECK(present > 20000);
}

TEST_CASE("damaged records never crash, and what is accepted agrees with the oracle where that accepts") {
  Generator generate(43);
  const std::string alphabet = "{}[]:,\"\\ 0aA\n\x01\xC3";
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::vector<RawPath> paths = {generate.path(), generate.path(), generate.path()};
    std::string record = generate.record();
    for (std::uint64_t edits = 1 + generate.below(3); edits > 0 && !record.empty(); --edits) {
      const std::size_t at = generate.below(record.size());
      switch (generate.below(3)) {
        case 0:
          record[at] = alphabet[generate.below(alphabet.size())];
          break;
        case 1:
          record.erase(at, 1);
          break;
        default:
          record.insert(at, 1, alphabet[generate.below(alphabet.size())]);
      }
    }
    CAPTURE(record);
    RecordDecoder decoder(paths, {});
    const std::string padded = record + std::string(kRecordPadding, alphabet[generate.below(7)]);
    const bool decoded = decoder.decode(std::string_view(padded).substr(0, record.size())).has_value();
    TreeBuilder tree;
    const bool valid = nlohmann::json::sax_parse(record, &tree) && tree.root.kind == Tree::Kind::kObject;
    if (valid) REQUIRE(decoded);
    Arena arena;
    for (std::size_t p = 0; p < paths.size(); ++p) {
      std::string found;
      append_json(found, decoder.value(p, arena));
      if (!decoded) REQUIRE(found == "null");
      if (!valid) continue;
      ++accepted;
      REQUIRE(found == expected_at(tree.root, paths[p]));
    }
  }
  CHECK(accepted > 5000);
}
