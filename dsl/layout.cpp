// See layout.hpp.
#include "dsl/layout.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "dsl/characters.hpp"

namespace shrike {

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = next_code_point(text);
    text.remove_prefix(point.bytes);
    if (point.value < 0x300 || point.value == kInvalidCodePoint) {
      ++width;
      continue;
    }
    const auto c = static_cast<UChar32>(point.value);
    const auto category = u_charType(c);
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR) continue;
    const auto east_asian = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    width += east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

Layout::Layout() {
  pool_.resize(4);
  pool_[kEmpty].kind = Kind::kText;
  pool_[kLine].kind = Kind::kLine;
  pool_[kLine].width = 1;
  pool_[kSoftLine].kind = Kind::kSoftLine;
  pool_[kHardLine].kind = Kind::kHardLine;
  pool_[kHardLine].breaks = true;
}

Layout::Piece Layout::add(Node node) {
  pool_.push_back(std::move(node));
  return static_cast<Piece>(pool_.size() - 1);
}

Layout::Piece Layout::text(std::string text) {
  if (text.empty()) return kEmpty;
  Node node;
  node.width = display_width(text);
  node.text = std::move(text);
  return add(std::move(node));
}

Layout::Piece Layout::concat(std::vector<Piece> pieces) {
  Node node;
  node.kind = Kind::kConcat;
  for (Piece piece : pieces) {
    node.breaks = node.breaks || pool_[piece].breaks;
    node.width += pool_[piece].width;
  }
  node.children = std::move(pieces);
  return add(std::move(node));
}

Layout::Piece Layout::nest(std::size_t columns, Piece piece) {
  Node node;
  node.kind = Kind::kNest;
  node.columns = columns;
  node.breaks = pool_[piece].breaks;
  node.width = pool_[piece].width;
  node.children = {piece};
  return add(std::move(node));
}

Layout::Piece Layout::group(Piece piece) {
  Node node;
  node.kind = Kind::kGroup;
  node.breaks = pool_[piece].breaks;
  node.width = pool_[piece].width;
  node.children = {piece};
  return add(std::move(node));
}

Layout::Piece Layout::fill(std::vector<Piece> items_and_separators) {
  const Piece piece = concat(std::move(items_and_separators));
  pool_[piece].kind = Kind::kFill;
  return piece;
}

/// Whether what comes next fits into `room` columns: up to the next line break that is sure to be taken.
bool Layout::fits(const Command& next, const std::vector<Command>& rest, std::size_t room) const {
  std::vector<Command> stack{next};
  std::size_t rest_left = rest.size();
  while (true) {
    if (stack.empty()) {
      if (rest_left == 0) return true;
      stack.push_back(rest[--rest_left]);
    }
    const Command command = stack.back();
    stack.pop_back();
    if (command.choose) return true;  // A line may end here.
    const Node& node = pool_[command.piece];
    switch (node.kind) {
      case Kind::kText: {
        const std::size_t newline = node.text.find('\n');
        const std::size_t width = newline == std::string::npos
                                      ? node.width
                                      : display_width(std::string_view(node.text).substr(0, newline));
        if (width > room) return false;
        if (newline != std::string::npos) return true;
        room -= width;
        break;
      }
      case Kind::kLine:
        if (!command.flat) return true;
        if (room == 0) return false;
        --room;
        break;
      case Kind::kSoftLine:
        if (!command.flat) return true;
        break;
      case Kind::kHardLine:
        return true;
      case Kind::kNest:
        stack.push_back({command.indent, command.flat, node.children.front()});
        break;
      case Kind::kGroup:
        stack.push_back({command.indent, command.flat && !node.breaks, node.children.front()});
        break;
      case Kind::kConcat:
      case Kind::kFill:
        for (std::size_t i = node.children.size(); i > command.from; --i) {
          stack.push_back({command.indent, command.flat, node.children[i - 1]});
        }
        break;
    }
  }
}

std::string Layout::print(Piece piece, std::size_t columns) const {
  std::string out;
  std::size_t column = 0;
  const auto new_line = [&](std::size_t indent) {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
    out.append(indent, ' ');
    column = indent;
  };
  std::vector<Command> stack{{0, false, piece}};
  while (!stack.empty()) {
    const Command command = stack.back();
    stack.pop_back();
    const Node& node = pool_[command.piece];
    const std::size_t room = column < columns ? columns - column : 0;
    switch (node.kind) {
      case Kind::kText: {
        out += node.text;
        const std::size_t newline = node.text.rfind('\n');
        if (newline == std::string::npos) {
          column += node.width;
        } else {
          column = display_width(std::string_view(node.text).substr(newline + 1));
        }
        break;
      }
      case Kind::kLine:
        if (command.flat) {
          out += ' ';
          ++column;
        } else {
          new_line(command.indent);
        }
        break;
      case Kind::kSoftLine:
        if (!command.flat) new_line(command.indent);
        break;
      case Kind::kHardLine:
        new_line(command.indent);
        break;
      case Kind::kNest:
        stack.push_back({command.indent + node.columns, command.flat, node.children.front()});
        break;
      case Kind::kGroup: {
        Command inner{command.indent, true, node.children.front()};
        if (node.breaks) {
          inner.flat = false;
        } else if (!command.flat) {
          inner.flat = fits(inner, stack, room);
        }
        stack.push_back(inner);
        break;
      }
      case Kind::kConcat:
        for (std::size_t i = node.children.size(); i > 0; --i) {
          stack.push_back({command.indent, command.flat, node.children[i - 1]});
        }
        break;
      case Kind::kFill: {
        const std::vector<Piece>& items = node.children;
        const std::size_t i = command.from;
        if (command.choose) {
          // The item before stands: does the next one fit behind it?
          const Command next{command.indent, true, items[i + 2]};
          const bool stays = room > 0 && !pool_[items[i + 2]].breaks && fits(next, {}, room - 1);
          stack.push_back({command.indent, stays, items[i + 1]});
          break;
        }
        if (i >= items.size()) break;
        if (i + 2 < items.size()) {
          stack.push_back({command.indent, command.flat, command.piece, i + 2});
          if (command.flat || pool_[items[i + 1]].breaks) {
            stack.push_back({command.indent, command.flat, items[i + 1]});
          } else {
            stack.push_back({command.indent, false, command.piece, i, true});
          }
        }
        stack.push_back({command.indent, command.flat, items[i]});
        break;
      }
    }
  }
  return out;
}

}  // namespace shrike
