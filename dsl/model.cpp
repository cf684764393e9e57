// Looking up declarations of a model by name.
#include "dsl/model.hpp"

#include <algorithm>
#include <string_view>

namespace shrike {
namespace {

template <class Items, class NameOf>
std::uint32_t index_of(const Items& items, std::string_view name, NameOf name_of_item) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return name_of_item(item) == name; });
  return found == items.end() ? kNoIndex : static_cast<std::uint32_t>(found - items.begin());
}

template <class Items>
std::uint32_t index_of_decl(const Items& items, std::string_view name) {
  return index_of(items, name, [](const auto& item) -> std::string_view { return item.decl->name.text; });
}

}  // namespace

std::uint32_t Model::find_class(std::string_view name) const { return index_of_decl(classes, name); }
std::uint32_t Model::find_rule(std::string_view name) const { return index_of_decl(rules, name); }
std::uint32_t Model::find_list(std::string_view name) const { return index_of_decl(lists, name); }
std::uint32_t Model::find_table(std::string_view name) const { return index_of_decl(tables, name); }
std::uint32_t Model::find_def(std::string_view name) const { return index_of_decl(defs, name); }
std::uint32_t Model::find_source(std::string_view name) const { return index_of_decl(sources, name); }

std::uint32_t Model::find_param(std::uint32_t rule, std::string_view name) const {
  if (rule >= rules.size()) return kNoIndex;
  for (const ast::Param& param : rules[rule].decl->params) {
    if (param.name.text == name) return param.index;
  }
  return kNoIndex;
}

}  // namespace shrike
