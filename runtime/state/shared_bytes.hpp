// Bytes that are made once, never changed and shared: a pointer in size, so that much can be kept. Not thread
// safe: what shares them belongs to one engine. Used by kept_events.hpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace shrike {

class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::string_view bytes) {
    if (bytes.empty()) return;
    void* const memory = ::operator new(sizeof(Head) + bytes.size());
    head_ = new (memory) Head{1, bytes.size()};
    std::memcpy(head_ + 1, bytes.data(), bytes.size());
  }
  SharedBytes(const SharedBytes& other) : head_(other.head_) {
    if (head_ != nullptr) ++head_->owners;
  }
  SharedBytes(SharedBytes&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(head_, other.head_);
    return *this;
  }
  ~SharedBytes() {
    if (head_ != nullptr && --head_->owners == 0) ::operator delete(head_);
  }

  /// Valid as long as somebody shares them.
  std::string_view view() const {
    if (head_ == nullptr) return {};
    return {reinterpret_cast<const char*>(head_ + 1), head_->size};
  }
  bool operator==(const SharedBytes& other) const { return head_ == other.head_ || view() == other.view(); }
  /// What goes when this one does: nothing as long as others share them.
  std::size_t own_bytes() const {
    return head_ == nullptr || head_->owners > 1 ? 0 : sizeof(Head) + head_->size;
  }

 private:
  struct Head {
    std::size_t owners, size;
  };
  Head* head_ = nullptr;
};

}  // namespace shrike
