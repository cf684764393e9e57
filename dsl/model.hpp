// The checked rule set: every declaration of all files under its name, with types. check.cpp builds it from
// syntax trees; codegen.cpp, the test runner and the documentation read it. Indices in ast::Ref point into
// these vectors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dsl/ast.hpp"
#include "shrike/diagnostic.hpp"
#include "shrike/program.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// A field of events: one per name and type, shared by all classes that have it. Members of a `record` are
/// fields with dotted names.
struct FieldInfo {
  std::string name;
  Type type;
  std::string doc;        ///< of the first class that has it
  std::string ecs, ocsf;  ///< empty when the class says none
};

struct ClassInfo {
  std::string name;
  const ast::Class* decl = nullptr;
  std::map<std::string, std::uint32_t> fields;         ///< by name, into Model::fields
  std::map<std::uint32_t, const ast::Expr*> defaults;  ///< field -> default expression
  std::vector<std::string> records;  ///< names that are records, for messages ("inbox_rule")
};

struct ListInfo {
  const ast::ListDecl* decl = nullptr;
  TypeKind element = TypeKind::kString;
  std::vector<ast::Literal> values;  ///< from the literal (names of other lists resolved) or the file
};

struct TableInfo {
  const ast::TableDecl* decl = nullptr;
  TypeKind key = TypeKind::kString, value = TypeKind::kString;
  std::vector<std::pair<ast::Literal, ast::Literal>> entries;
};

struct ParamInfo {
  const ast::Rule* rule = nullptr;
  const ast::Param* decl = nullptr;
  Type type;
  ast::Literal value;                ///< scalar default (lists: see `values`)
  std::vector<ast::Literal> values;  ///< default of a list parameter
};

struct DefInfo {
  const ast::Def* decl = nullptr;
  std::vector<Type> parameters;
  Type result;
};

struct RuleInfo {
  const ast::Rule* decl = nullptr;
  std::vector<std::uint32_t> classes;  ///< of `on`; empty for steps and `on alert`
  std::vector<Type> let_types;         ///< per let
  bool stateless = true;               ///< judges one event: no each, no steps, reads no alerts
};

struct SourceInfo {
  const ast::Source* decl = nullptr;
  std::uint32_t event_class = 0;
  std::vector<std::pair<std::uint32_t, const ast::Expr*>>
      fields;  ///< field -> expression, in the order written
  std::vector<Type> let_types;
  std::int64_t order = 100;
  std::int64_t lateness = 0;  ///< nanoseconds
};

/// One checked `settings` block.
struct SettingsInfo {
  const ast::Settings* decl = nullptr;
  struct Value {
    ast::Ref target;                   ///< kList or kParam
    std::vector<ast::Literal> values;  ///< a list's values, or one
  };
  std::vector<Value> values;
  std::vector<std::uint32_t> disabled;  ///< rules
};

struct ExceptInfo {
  const ast::Except* decl = nullptr;
  std::uint32_t rule = 0;
};

struct TestInfo {
  const ast::Test* decl = nullptr;
  std::uint32_t rule = 0;
};

struct Model {
  std::vector<ast::File> files;  ///< owns every declaration
  std::vector<FieldInfo> fields;
  std::vector<ClassInfo> classes;
  std::vector<ListInfo> lists;
  std::vector<TableInfo> tables;
  std::vector<ParamInfo> params;
  std::vector<DefInfo> defs;
  std::vector<RuleInfo> rules;
  std::vector<SourceInfo> sources;
  std::vector<const ast::Unwrap*> unwraps;
  std::vector<SettingsInfo> settings;
  std::vector<ExceptInfo> excepts;
  std::vector<TestInfo> tests;

  /// Index by name, kNoIndex when there is none.
  std::uint32_t find_class(std::string_view name) const;
  std::uint32_t find_rule(std::string_view name) const;
  std::uint32_t find_list(std::string_view name) const;
  std::uint32_t find_table(std::string_view name) const;
  std::uint32_t find_def(std::string_view name) const;
  std::uint32_t find_source(std::string_view name) const;
  /// The parameter of a rule, kNoIndex when there is none.
  std::uint32_t find_param(std::uint32_t rule, std::string_view name) const;
};

}  // namespace shrike
