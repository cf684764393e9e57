// The text tests of the VM: contains, starts, ends, like, over a text or a list of texts on the right, and
// `contains` of a list. All are linear, or their work is counted for the step budget. Caseless primitives are
// in text_compare.hpp.
#include <bit>
#include <cstring>

#include "runtime/text_compare.hpp"
#include "runtime/utf8.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

enum TextOp : unsigned { kContains, kStarts, kEnds, kLike };

/// Up to this many bytes a constant is searched for by trying every place.
constexpr std::size_t kShortNeedle = 64;
/// Up to this many comparisons lists are compared element by element.
constexpr std::uint64_t kSmallProduct = 256;
constexpr unsigned kBytesPerStep = 256;
/// What one test may try at most; a hostile pattern or list that would need more ends the step budget
/// instead.
constexpr std::uint64_t kMostTries = std::uint64_t{1} << 26;
constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 40;

Value folded(const Value& text, Arena& arena) {
  if ((text.flags & Value::kFolded) != 0) return text;
  const std::string_view fold = fold_case(text.as_string(), arena);
  return Value::of_string(fold, static_cast<std::uint8_t>((text.flags & Value::kAscii) | Value::kFolded));
}

bool cased_holds(unsigned op, const Value& x, const Value& y, Arena& arena, std::uint64_t& work) {
  switch (op) {
    case kContains:
      return contains_text(x, y, true, arena);
    case kStarts:
      return x.as_string().starts_with(y.as_string());
    case kEnds:
      return x.as_string().ends_with(y.as_string());
    default:
      return is_like(x.as_string(), y.as_string(), work);
  }
}

/// One text against one text.
bool one_holds(unsigned op, const Value& x, const Value& y, bool cased, Arena& arena, std::uint64_t& work) {
  if (x.kind != Kind::kString || y.kind != Kind::kString) return false;
  work += x.size / kBytesPerStep;
  if (cased) return cased_holds(op, x, y, arena, work);
  const bool ascii = (x.flags & Value::kAscii) != 0;
  if (op == kContains) {
    if ((y.flags & Value::kFolded) != 0 && y.size <= kShortNeedle) {
      return contains_folded(x.as_string(), ascii, y.as_string());
    }
    return contains_text(x, y, false, arena);
  }
  const Value wanted = folded(y, arena);
  if (wanted.text == nullptr) return false;
  switch (op) {
    case kStarts:
      return starts_folded(x.as_string(), ascii, wanted.as_string());
    case kEnds:
      return ends_folded(x.as_string(), ascii, wanted.as_string());
    default: {
      const Value text = folded(x, arena);
      return text.text != nullptr && is_like(text.as_string(), wanted.as_string(), work);
    }
  }
}

/// A set of the elements of a list, for one test.
class ElementSet {
 public:
  ElementSet(std::span<const Value> items, bool cased, Arena& arena) : items_(items), cased_(cased) {
    const std::size_t capacity = std::bit_ceil(items.size() * 2 + 2);
    table_ = arena.allocate_array<std::uint32_t>(capacity);
    if (table_ == nullptr) return;
    mask_ = capacity - 1;
    for (std::size_t i = 0; i < capacity; ++i) table_[i] = 0;
    for (std::size_t i = 0; i < items.size() && tries_ < kMostTries; ++i) {
      const std::size_t at = place_of(items[i]);
      if (table_[at] == 0) table_[at] = static_cast<std::uint32_t>(i + 1);
    }
  }

  bool contains(const Value& x) {
    return table_ != nullptr && tries_ < kMostTries && table_[place_of(x)] != 0;
  }
  std::uint64_t work() const { return tries_ < kMostTries ? tries_ : kTooMuch; }

 private:
  std::size_t place_of(const Value& x) {
    std::size_t at = hash(x, cased_) & mask_;
    for (; table_[at] != 0 && !equal(items_[table_[at] - 1], x, cased_); at = (at + 1) & mask_) ++tries_;
    return at;
  }

  std::span<const Value> items_;
  bool cased_;
  std::uint64_t tries_ = 0;
  std::uint32_t* table_ = nullptr;
  std::size_t mask_ = 0;
};

bool has_element(const Value& x, const Value& element, bool cased) {
  for (const Value& item : x.as_list()) {
    if (same(item, element, cased)) return true;
  }
  return false;
}

/// Whether the list x holds any, or every, element of the list y.
bool list_contains(const Value& x, const Value& y, bool cased, bool all, Arena& arena, std::uint64_t& work) {
  const auto wanted = y.as_list();
  const auto holds = [&](auto&& contains) {
    for (const Value& element : wanted) {
      if (contains(element) != all) return !all;
    }
    return all;
  };
  work += std::uint64_t{x.size} + y.size;
  if (std::uint64_t{x.size} * y.size <= kSmallProduct) {
    return holds([&](const Value& element) { return has_element(x, element, cased); });
  }
  ElementSet set(x.as_list(), cased, arena);
  const bool result =
      holds([&](const Value& element) { return !element.is_missing() && set.contains(element); });
  work += set.work();
  return result;
}

}  // namespace

bool text_holds(unsigned op, const Value& x, const Value& y, bool cased, bool all, Arena& arena,
                std::uint64_t& work) {
  if (x.kind == Kind::kList) {
    if (op != kContains || y.is_missing()) return false;
    if (y.kind == Kind::kList) return list_contains(x, y, cased, all, arena, work);
    work += x.size;
    return has_element(x, y, cased);
  }
  if (x.kind != Kind::kString) return false;
  if (y.kind != Kind::kList) return one_holds(op, x, y, cased, arena, work);
  const Value text = op == kLike && !cased ? folded(x, arena) : x;  // once for all patterns
  if (text.text == nullptr) return false;
  for (const Value& element : y.as_list()) {
    ++work;
    if (one_holds(op, text, element, cased, arena, work) != all) return !all;
  }
  return all;
}

bool is_like(std::string_view text, std::string_view pattern, std::uint64_t& work) {
  const char* t = text.data();
  const char* const t_end = t + text.size();
  const char* p = pattern.data();
  const char* const p_end = p + pattern.size();
  const char* after_star = nullptr;  // where the pattern goes on behind the last `*`
  const char* retry = nullptr;       // where that `*` ends in the text, for now
  std::uint64_t tried = 0;
  const auto decided = [&](bool holds) {
    work += tried < kMostTries ? tried / 16 : kTooMuch;
    return holds;
  };
  // Lets the last `*` end at the first place from `from` on where the plain text behind it stands. False when
  // there is none: then no pattern that goes on can be found either. Plain text begins with a whole
  // character, so searching bytes never finds it inside another one.
  const auto end_star = [&](const char* from) {
    const char* plain_end = p;
    while (plain_end != p_end && *plain_end != '*' && *plain_end != '?') ++plain_end;
    const auto size = static_cast<std::size_t>(plain_end - p);
    const auto left = static_cast<std::size_t>(t_end - from);
    if (size > left) return false;
    const char* found = from;
    if (plain_end == p_end) {
      found = t_end - size;
      if (size != 0 && std::memcmp(found, p, size) != 0) return false;
    } else if (size != 0) {
      found = static_cast<const char*>(memmem(from, left, p, size));
      tried += size + (found != nullptr ? static_cast<std::size_t>(found - from) : left);
      if (found == nullptr) return false;
    }
    retry = found;
    t = found + size;
    p = plain_end;
    return true;
  };
  while (t != t_end && ++tried < kMostTries) {
    if (p != p_end && *p == '*') {
      after_star = ++p;
      if (p == p_end) return decided(true);
      if (!end_star(t)) return decided(false);
      continue;
    }
    if (p != p_end && *p == '?') {
      ++p;
      utf8::decode(t, t_end);
      continue;
    }
    if (p != p_end && *p == *t) {
      ++p;
      ++t;
      continue;
    }
    if (after_star == nullptr) break;
    p = after_star;
    utf8::decode(retry, t_end);
    if (!end_star(retry)) return decided(false);
  }
  if (t != t_end) return decided(false);
  while (p != p_end && *p == '*') ++p;
  return decided(p == p_end);
}

}  // namespace shrike
