// Text that knows where it may be broken: a small pretty printer after Wadler and Prettier. The formatter
// describes a file as pieces; Layout chooses where lines end. Pieces are numbers into one pool, so that
// nothing recurses on destruction. Read next: formatter.hpp, which builds the pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shrike {

/// Columns that a text takes on a terminal: wide East Asian characters count two, combining marks none.
std::size_t display_width(std::string_view text);

class Layout {
 public:
  using Piece = std::uint32_t;

  Layout();

  static constexpr Piece kEmpty = 0;
  /// Text as it is. One with line breaks counts with its first and last line.
  Piece text(std::string text);
  /// A line break; in a group that fits on the line a blank instead.
  Piece line() const { return kLine; }
  /// A line break; nothing in a group that fits.
  Piece soft_line() const { return kSoftLine; }
  /// Always a line break; the groups around it break.
  Piece hard_line() const { return kHardLine; }
  Piece concat(std::vector<Piece> pieces);
  /// Line breaks inside are indented further.
  Piece nest(std::size_t columns, Piece piece);
  /// On one line if it fits, otherwise all its own line breaks are taken.
  Piece group(Piece piece);
  /// Items with separators between them, as many on a line as fit. A separator breaks alone.
  Piece fill(std::vector<Piece> items_and_separators);

  /// Whether a piece holds a hard line break.
  bool breaks(Piece piece) const { return pool_[piece].breaks; }
  /// Width of a piece on one line.
  std::size_t flat_width(Piece piece) const { return pool_[piece].width; }

  std::string print(Piece piece, std::size_t columns) const;

 private:
  enum class Kind : std::uint8_t { kText, kLine, kSoftLine, kHardLine, kConcat, kNest, kGroup, kFill };
  struct Node {
    Kind kind = Kind::kText;
    bool breaks = false;
    std::size_t columns = 0;  ///< kNest
    std::size_t width = 0;    ///< on one line
    std::string text;
    std::vector<Piece> children;
  };
  struct Command {
    std::size_t indent;
    bool flat;
    Piece piece;
    std::size_t from = 0;  ///< kFill: what of it is left
    bool choose = false;   ///< kFill: the separator behind item `from` is to be chosen
  };

  static constexpr Piece kLine = 1;
  static constexpr Piece kSoftLine = 2;
  static constexpr Piece kHardLine = 3;

  Piece add(Node node);
  bool fits(const Command& next, const std::vector<Command>& rest, std::size_t room) const;

  std::vector<Node> pool_;
};

}  // namespace shrike
