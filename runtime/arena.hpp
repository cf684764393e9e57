// Bump allocation for everything that lives as long as one event: strings, lists, parsed JSON.
// Owned by one engine, reset before the next event; keeps its blocks, so the steady state allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace shrike {

class Arena {
 public:
  /// `limit_bytes` bounds what one event may allocate; past it `exhausted()` is true and allocations return
  /// nullptr.
  explicit Arena(std::size_t limit_bytes = std::size_t{256} << 20) : limit_(limit_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Returns `bytes` of uninitialised storage aligned to 16, or nullptr when the limit is reached.
  /// Nothing at all (0 bytes) is a place of its own too, never nullptr while there is room.
  void* allocate(std::size_t bytes) {
    const std::size_t rounded = bytes == 0 ? 16 : (bytes + 15) & ~std::size_t{15};
    if (rounded < bytes) {
      exhausted_ = true;
      return nullptr;
    }
    if (static_cast<std::size_t>(end_ - next_) < rounded && !grow(rounded)) return nullptr;
    std::byte* result = next_;
    next_ += rounded;
    return result;
  }

  /// Room for `count` trivially destructible objects, uninitialised; nullptr when the limit is reached.
  template <class T>
  T* allocate_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
    if (count > limit_ / sizeof(T)) {
      exhausted_ = true;
      return nullptr;
    }
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  /// Copies text into the arena; an empty view with nullptr data when the limit is reached.
  std::string_view copy(std::string_view text) {
    auto* to = static_cast<char*>(allocate(text.size()));
    if (to == nullptr) return {};
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Forgets everything; blocks are kept for reuse except those beyond a megabyte.
  void reset();

  /// How far the arena was used at some moment. Holds until the next reset().
  struct Mark {
    std::size_t block = 0;
    std::size_t used_before = 0;
    std::size_t used_in_block = 0;
  };
  Mark mark() const { return {current_, used_before_, static_cast<std::size_t>(next_ - begin_)}; }
  /// Forgets what came after the mark; what was before it stays.
  void rewind(const Mark& mark);

  bool exhausted() const { return exhausted_; }
  std::size_t used_bytes() const { return used_before_ + static_cast<std::size_t>(next_ - begin_); }

 private:
  bool grow(std::size_t bytes);

  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_before_ = 0;
  std::byte* begin_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t limit_;
  bool exhausted_ = false;
};

}  // namespace shrike
