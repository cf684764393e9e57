// Values of literals: what the text of a token means. Used by build_*.cpp. Mistakes are reported with their
// exact place and replaced by something harmless.
#pragma once

#include <string>
#include <string_view>

#include "dsl/ast.hpp"
#include "dsl/tokens.hpp"

namespace shrike {

/// Reads the literals of one file.
class LiteralReader {
 public:
  LiteralReader(const SourceFiles& files, std::uint32_t file, Mistakes& mistakes)
      : text_(files[file].text), file_(file), mistakes_(mistakes) {}

  /// A text token of any form, escapes resolved. Line breaks of several-line texts are single line feeds.
  std::string text(const Token& token) const;
  /// Bytes [begin, end) of a one-line text: appends their meaning.
  void unescape(std::uint32_t begin, std::uint32_t end, std::string& out) const;
  /// Any literal token, `true` and `false` included. `negative` says that a minus stands before it.
  ast::Literal value(const Token& token, bool negative = false) const;
  /// The token as it stands in the source.
  std::string_view spelling(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

 private:
  std::int64_t integer(const Token& token, bool negative) const;
  ast::Cidr cidr(const Token& token) const;
  ast::Time time(const Token& token) const;
  ast::Duration duration(const Token& token) const;
  Span span(const Token& token) const { return {file_, token.begin, token.end}; }

  std::string_view text_;
  std::uint32_t file_;
  Mistakes& mistakes_;
};

/// Quotes of a text token: what stands before the inside and behind it.
struct Quotes {
  std::uint32_t before = 1;
  std::uint32_t behind = 1;
  bool raw = false;  ///< no escapes
};
Quotes quotes_of(std::string_view spelling);

/// Line breaks of any kind as single line feeds.
std::string with_plain_line_breaks(std::string_view text);

}  // namespace shrike
