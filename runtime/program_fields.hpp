// One description per struct of a program: which fields it has, in file order. Writer, reader, hash and text
// check all walk these, so they cannot diverge. `note` marks fields that cannot change an alert; the hash
// leaves them out. Used by program_file.cpp only.
#pragma once

#include <concepts>
#include <type_traits>

#include "runtime/opcodes.hpp"
#include "runtime/program_data.hpp"

namespace shrike::program_fields {

template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <class V, Is<Type> T>
void describe(V& v, T& d) {
  v(d.kind, d.element, d.depth, d.cased);
}

template <class V, Is<IpAddress> T>
void describe(V& v, T& d) {
  for (auto& byte : d.bytes) v(byte);
}

template <class V, Is<ConstantData::Address> T>
void describe(V& v, T& d) {
  v(d.address);
}

template <class V, Is<ConstantData::Network> T>
void describe(V& v, T& d) {
  v(d.address, d.bits);
}

template <class V, Is<ConstantData::Time> T>
void describe(V& v, T& d) {
  v(d.nanoseconds);
}

template <class V, Is<ConstantData::Duration> T>
void describe(V& v, T& d) {
  v(d.nanoseconds);
}

template <class V, Is<ConstantData::List> T>
void describe(V& v, T& d) {
  v(d.items);
}

template <class V, Is<ConstantData> T>
void describe(V& v, T& d) {
  v(d.value, d.folded);
}

template <class V, Is<UnitData> T>
void describe(V& v, T& d) {
  v(d.first, d.count, d.registers, d.source, d.cost);
}

template <class V, Is<SlotData> T>
void describe(V& v, T& d) {
  v(d.name, d.type);
}

template <class V, Is<ClassData> T>
void describe(V& v, T& d) {
  v(d.name, d.title, d.slots, d.kept);
}

template <class V, Is<SourceData> T>
void describe(V& v, T& d) {
  v(d.name, d.event_class, d.order, d.lateness, d.accept, d.units);
}

template <class V, Is<UnwrapData> T>
void describe(V& v, T& d) {
  v(d.name, d.accept, d.path);
}

template <class V, Is<NamedListData> T>
void describe(V& v, T& d) {
  v(d.name, d.element);
}

template <class V, Is<ParamData> T>
void describe(V& v, T& d) {
  v(d.rule, d.name, d.type);
}

template <class V, Is<TableData> T>
void describe(V& v, T& d) {
  v(d.name, d.key, d.value, d.entries);
}

template <class V, Is<RegexData> T>
void describe(V& v, T& d) {
  v(d.pattern, d.cased);
}

template <class V, Is<ProfileData> T>
void describe(V& v, T& d) {
  v(d.tenant, d.lists, d.params, d.disabled);
}

template <class V, Is<ShowData> T>
void describe(V& v, T& d) {
  v(d.name, d.type);
}

template <class V, Is<RespondData> T>
void describe(V& v, T& d) {
  v(d.action, d.unit);
}

template <class V, Is<GuardData> T>
void describe(V& v, T& d) {
  v(d.event_class, d.slot, d.constants, d.lists);
}

template <class V, Is<DurationData> T>
void describe(V& v, T& d) {
  v(d.nanoseconds, d.param);
}

template <class V, Is<ColumnData> T>
void describe(V& v, T& d) {
  v(d.values, d.where, d.cased, d.told_apart, d.keeps_missing);
}

template <class V, Is<AggregateData> T>
void describe(V& v, T& d) {
  v(d.function, d.state, d.column, d.last, d.values, d.number, d.bucket, d.scan_slots, d.scan_where,
    d.scan_values, d.scan_until, d.scan_key, d.scan_key_slot);
}

template <class V, Is<InputData> T>
void describe(V& v, T& d) {
  v(d.step, d.classes, d.alerts, d.guards, d.filter, d.keys, d.absent, d.where, d.times, d.times_param,
    d.times_in, d.within, d.read_by, d.read_slots);
}

template <class V, Is<StateData> T>
void describe(V& v, T& d) {
  v(d.kind, d.rule, d.within, d.key_names, d.key_slots, d.key_cased, d.inputs, d.columns, d.when,
    d.reads_steps_in_lets, d.fingerprint);
}

template <class V, Is<RuleData> T>
void describe(V& v, T& d) {
  v(d.name, d.title, d.severity, d.attack, d.classes, d.guards, d.where, d.score, d.say, d.say_values, d.show,
    d.show_values, d.quiet, d.quiet_param, d.quiet_keys, d.respond, d.slots, d.silent, d.state);
  v.note(d.doc, d.tags, d.refs, d.known_false, d.file, d.line);
}

template <class V, Is<ExceptionData> T>
void describe(V& v, T& d) {
  v(d.rule, d.title, d.tenant, d.where, d.drop, d.score, d.until);
  v.note(d.owner);
}

template <class V, Is<PositionData> T>
void describe(V& v, T& d) {
  v(d.file, d.line, d.column);
}

template <class V, Is<Instruction> T>
void describe(V& v, T& d) {
  v(d.opcode, d.flags, d.dst, d.x, d.y, d.target);
}

/// The sections of a file, in order. `v.section(tag, field)` for what can change an alert, `v.note_section`
/// for the rest.
template <class V, Is<ProgramData> T>
void describe_sections(V& v, T& d) {
  v.section("CNST", d.constants);
  v.section("SLOT", d.slots);
  v.section("CLAS", d.classes);
  v.section("SRCE", d.sources);
  v.section("UNWR", d.unwraps);
  v.section("PATH", d.paths);
  v.section("LIST", d.lists);
  v.section("PARM", d.params);
  v.section("TABL", d.tables);
  v.section("REGX", d.regexes);
  v.section("FUNC", d.functions);
  v.section("CODE", d.code);
  v.section("UNIT", d.units);
  v.section("RULE", d.rules);
  v.section("STAT", d.states);
  v.section("AGGR", d.aggregates);
  v.section("EXCP", d.exceptions);
  v.section("PROF", d.profiles);
  v.section("TIME", d.time_slot);
  v.section("IDEN", d.id_slot);
  v.section("TENA", d.tenant_slot);
  v.section("ALRU", d.alert_rule_slot);
  v.section("ALSE", d.alert_severity_slot);
  v.section("ALSC", d.alert_score_slot);
  v.note_section("POSN", d.positions);
  v.note_section("FILE", d.files);
}

}  // namespace shrike::program_fields
