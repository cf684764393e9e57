// The lint W0109: the name of an operation that is almost one that the lists know.
// Used by lint.cpp only.
#pragma once

#include <string_view>
#include <vector>

#include "dsl/model.hpp"
#include "shrike/diagnostic.hpp"

namespace shrike {

/// The operations that the lists called `…_operations` name.
class KnownOperations {
 public:
  /// `model` must outlive it.
  explicit KnownOperations(const Model& model);

  /// Appends a warning for every text that is compared with the field `operation`, is none of them, and
  /// differs from one by a letter or two.
  void find_misspelt(const ast::Expr& expr, Diagnostics& out) const;

 private:
  void check(const ast::Expr& literal, Diagnostics& out) const;
  bool is_verb(std::string_view word) const;

  const Model& model_;
  std::vector<std::string_view> names_;
};

}  // namespace shrike
