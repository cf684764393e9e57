// The words of the language and how messages name tokens; the tables are in tokens.hpp.
#include <array>
#include <string_view>
#include <unordered_map>

#include "dsl/tokens.hpp"

namespace shrike {
namespace {

constexpr std::array kTexts{std::string_view{},
#define X(id, text) std::string_view{text},
                            SHRIKE_RESERVED_WORDS(X) SHRIKE_FREE_WORDS(X)
#undef X
};

constexpr std::size_t kReservedCount = 0
#define X(id, text) +1
    SHRIKE_RESERVED_WORDS(X)
#undef X
    ;

}  // namespace

Word word_of(std::string_view text) {
  static const std::unordered_map<std::string_view, Word> words = [] {
    std::unordered_map<std::string_view, Word> result;
    for (std::size_t i = 1; i < kTexts.size(); ++i) result.emplace(kTexts[i], static_cast<Word>(i));
    return result;
  }();
  const auto found = words.find(text);
  return found == words.end() ? Word::kName : found->second;
}

std::string_view text_of(Word word) { return kTexts[static_cast<std::size_t>(word)]; }

bool is_reserved(Word word) {
  return word != Word::kName && static_cast<std::size_t>(word) <= kReservedCount;
}

bool is_aggregate(Word word) { return word >= Word::kCount && word <= Word::kUsualCount; }

bool begins_declaration(Word word) { return word >= Word::kRule && word <= Word::kTest; }

std::string describe(const Token& token, std::string_view file_text) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return token.glued ? "the end of the text" : "the end of the file";
    case TokenKind::kString:
    case TokenKind::kTemplate:
    case TokenKind::kRaw:
      return "a text";
    case TokenKind::kRegex:
      return "a regular expression";
    default:
      break;
  }
  constexpr std::size_t kLongest = 40;
  std::string_view text = file_text.substr(token.begin, token.end - token.begin);
  std::size_t cut = text.size();
  if (cut > kLongest) {
    cut = kLongest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  }
  std::string result = "`";
  result += text.substr(0, cut);
  if (cut < text.size()) result += "…";
  result += '`';
  return result;
}

}  // namespace shrike
