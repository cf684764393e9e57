// A text with everything that parsing makes of it, for tests.
#pragma once

#include <string>

#include "dsl/format.hpp"
#include "dsl/parse.hpp"

namespace shrike::tests {

struct Parsed {
  SourceFiles files;
  ast::File file;
  Diagnostics diagnostics;

  explicit Parsed(std::string text) : files{{"test.shrike", std::move(text)}} {
    file = parse(files, 0, diagnostics);
  }

  std::string messages() const {
    std::string all;
    for (const Diagnostic& d : diagnostics) all += render(d, files);
    return all;
  }
  /// "E0101 E0105", in order.
  std::string codes() const {
    std::string all;
    for (const Diagnostic& d : diagnostics) all += (all.empty() ? "" : " ") + std::string(d.code);
    return all;
  }
  std::string formatted() const { return format(file, files); }
  template <class T>
  const T& get(std::size_t i = 0) const {
    return std::get<T>(*file.declarations.at(i));
  }
};

}  // namespace shrike::tests
