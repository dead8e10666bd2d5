#pragma once

#include <array>
#include <cstddef>

// A queue of at most N elements in place; push drops nothing, it says no when there is no room.
template <class T, std::size_t N>
class Ring {
 public:
  bool push(const T& value) {
    if (size_ == N) return false;
    slots_[(first_ + size_) % N] = value;
    ++size_;
    return true;
  }

  bool pop(T& value) {
    if (size_ == 0) return false;
    value = slots_[first_];
    first_ = first_ + 1 % N;
    --size_;
    return true;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<T, N> slots_{};
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};
