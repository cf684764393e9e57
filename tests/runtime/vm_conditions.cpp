// What each test instruction says: of values that fit, of other kinds, and of missing ones.
#include "runtime/address.hpp"
#include "tests/runtime/assembler.hpp"

namespace shrike::test {
namespace {

constexpr std::uint8_t kCased = InstructionFlag::kCased;
constexpr std::uint8_t kAll = InstructionFlag::kAll;

enum TextOp : std::uint16_t { kContains, kStarts, kEnds, kLike };

/// One test of slot x, with y as the second operand.
struct Test {
  Assembler a;
  std::uint32_t x = a.slot("x");
  std::uint32_t y_slot = a.slot("y");

  bool holds(Instruction test, const Value& x_value, const Value& y_value = {}) {
    const std::uint32_t unit = a.condition_of(test);
    Machine machine(a);
    machine.set(x, x_value).set(y_slot, y_value);
    return machine.decide(unit);
  }
  Instruction binary(Opcode opcode, std::uint32_t y, std::uint8_t flags = 0, std::uint16_t op = 0) const {
    return {opcode, flags, op, slot_operand(x), y, 0};
  }
};

Value list_of(const std::vector<Value>& items) { return Value::of_list(items); }

}  // namespace

TEST_CASE("a missing bool and other kinds are not true") {
  Test t;
  const Instruction test{Opcode::kTestTrue, 0, 0, slot_operand(t.x), 0, 0};
  CHECK(t.holds(test, Value::of_bool(true)));
  CHECK_FALSE(t.holds(test, Value::of_bool(false)));
  CHECK_FALSE(t.holds(test, Value{}));
  CHECK_FALSE(t.holds(test, Value::of_int(1)));
}

TEST_CASE("a test without the flag jumps when it does not hold") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t unit = a.unit({{Opcode::kTestHas, 0, 0, slot_operand(x), 0, 2},
                                     {Opcode::kReturnTrue, 0, 0, 0, 0, 0},
                                     {Opcode::kReturnFalse, 0, 0, 0, 0, 0}});
  Machine machine(a);
  CHECK_FALSE(machine.decide(unit));
  machine.begin();
  CHECK(machine.set(x, Value::of_int(0)).decide(unit));
}

TEST_CASE("an empty text is there") {
  Test t;
  CHECK(t.holds({Opcode::kTestHas, 0, 0, slot_operand(t.x), 0, 0}, text_value("")));
}

TEST_CASE("has raw does not take null for something") {
  Assembler a;
  const std::uint32_t there = a.condition_of({Opcode::kTestRaw, 0, 0, a.path({"a", "b"}), 0, 0});
  Machine machine(a);
  machine.record(R"({"a": {"b": 1}})");
  CHECK(machine.decide(there));
  machine.record(R"({"a": {"b": null}})");
  CHECK_FALSE(machine.decide(there));
  machine.begin();
  CHECK_FALSE(machine.decide(there));
}

TEST_CASE("a field is a text without regard to letter case") {
  Test t;
  const std::uint32_t wanted = t.a.folded("straße");
  const Instruction test{Opcode::kTestIs, 0, 0, t.x, wanted, 0};
  CHECK(t.holds(test, text_value("STRAßE")));
  CHECK(t.holds(test, text_value("straẞe")));
  CHECK_FALSE(t.holds(test, text_value("strasse")));
  CHECK_FALSE(t.holds(test, Value{}));
  CHECK_FALSE(t.holds(test, Value::of_int(1)));
  const Instruction exact{Opcode::kTestIs, kCased, 0, t.x, wanted, 0};
  CHECK(t.holds(exact, text_value("straße")));
  CHECK_FALSE(t.holds(exact, text_value("Straße")));
}

TEST_CASE("a field is one of few or many texts") {
  for (const int count : {1, 3, 4, 5, 200}) {
    CAPTURE(count);
    Test t;
    std::vector<std::uint32_t> items;
    for (int i = 0; i < count; ++i) items.push_back(t.a.text("Item-" + std::to_string(i) + "-é"));
    const std::uint32_t list = t.a.list(items);
    const Instruction test{Opcode::kTestIsOne, 0, 0, t.x, list, 0};
    CHECK(t.holds(test, text_value("ITEM-0-É")));
    const std::string last = "item-" + std::to_string(count - 1) + "-é";
    CHECK(t.holds(test, text_value(last)));
    CHECK_FALSE(t.holds(test, text_value("item-x")));
    CHECK_FALSE(t.holds(test, text_value("")));
    CHECK_FALSE(t.holds(test, Value{}));
    CHECK_FALSE(t.holds(test, Value::of_int(0)));
    const Instruction exact{Opcode::kTestIsOne, kCased, 0, t.x, list, 0};
    CHECK(t.holds(exact, text_value("Item-0-é")));
    CHECK_FALSE(t.holds(exact, text_value("item-0-é")));
  }
}

TEST_CASE("equality is caseless, counts ints and floats by value, and is false with a missing side") {
  Test t;
  const Instruction equal = t.binary(Opcode::kTestEqual, slot_operand(t.y_slot));
  CHECK(t.holds(equal, text_value("Ab"), text_value("aB")));
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestEqual, slot_operand(t.y_slot), kCased), text_value("Ab"),
                      text_value("aB")));
  CHECK(t.holds(equal, Value::of_int(2), Value::of_float(2.0)));
  CHECK_FALSE(t.holds(equal, Value::of_int(2), text_value("2")));
  CHECK_FALSE(t.holds(equal, Value{}, Value{}));
  CHECK_FALSE(t.holds(equal, Value::of_int(2), Value{}));
  CHECK(t.holds(equal, Value::of_time(5), Value::of_time(5)));
  CHECK_FALSE(t.holds(equal, Value::of_time(5), Value::of_duration(5)));
}

TEST_CASE("differing needs both sides and the same kind") {
  Test t;
  const Instruction differ = t.binary(Opcode::kTestDiffer, slot_operand(t.y_slot));
  CHECK(t.holds(differ, text_value("a"), text_value("b")));
  CHECK_FALSE(t.holds(differ, text_value("a"), text_value("A")));
  CHECK_FALSE(t.holds(differ, text_value("a"), Value{}));
  CHECK_FALSE(t.holds(differ, Value{}, text_value("a")));
  CHECK_FALSE(t.holds(differ, Value{}, Value{}));
  CHECK_FALSE(t.holds(differ, Value::of_int(1), text_value("1")));
  CHECK(t.holds(differ, Value::of_int(1), Value::of_float(1.5)));
}

TEST_CASE("order of numbers, texts, times; none between kinds or with missing") {
  Test t;
  const auto order = [&](std::uint16_t op, const Value& x, const Value& y) {
    return t.holds(t.binary(Opcode::kTestOrder, slot_operand(t.y_slot), 0, op), x, y);
  };
  CHECK(order(0, Value::of_int(1), Value::of_float(1.5)));
  CHECK_FALSE(order(0, Value::of_int(1), Value::of_int(1)));
  CHECK(order(1, Value::of_int(1), Value::of_int(1)));
  CHECK(order(2, Value::of_time(2), Value::of_time(1)));
  CHECK(order(3, text_value("b"), text_value("A")));
  for (std::uint16_t op = 0; op < 4; ++op) {
    CHECK_FALSE(order(op, Value{}, Value::of_int(1)));
    CHECK_FALSE(order(op, Value::of_int(1), Value{}));
    CHECK_FALSE(order(op, Value::of_int(1), text_value("1")));
    CHECK_FALSE(order(op, Value::of_bool(true), Value::of_bool(false)));
  }
}

TEST_CASE("in a constant list, a named list, a parameter and a list of the event") {
  Assembler a;
  const std::uint32_t x = a.slot("x");
  const std::uint32_t y = a.slot("y");
  const std::uint32_t values = a.texts({"Alpha", "Beta"});
  const std::uint32_t named = a.named_list("names", TypeKind::kString, values);
  const std::uint32_t param = a.param("p", {TypeKind::kList, TypeKind::kString, 1, false}, values);
  std::vector<std::uint32_t> in, not_in;
  for (const std::uint32_t operand :
       {constant_operand(values), list_operand(named), param_operand(param), slot_operand(y)}) {
    in.push_back(a.condition_of({Opcode::kTestIn, 0, 0, slot_operand(x), operand, 0}));
    not_in.push_back(a.condition_of({Opcode::kTestNotIn, 0, 0, slot_operand(x), operand, 0}));
  }
  Machine machine(a);
  const std::vector<Value> dynamic{text_value("alpha"), text_value("BETA")};
  for (std::size_t i = 0; i < in.size(); ++i) {
    CAPTURE(i);
    machine.begin();
    machine.set(y, list_of(dynamic)).set(x, text_value("ALPHA"));
    CHECK(machine.decide(in[i]));
    CHECK_FALSE(machine.decide(not_in[i]));
    machine.set(x, text_value("gamma"));
    CHECK_FALSE(machine.decide(in[i]));
    CHECK(machine.decide(not_in[i]));
    machine.set(x, Value{});
    CHECK_FALSE(machine.decide(in[i]));
    CHECK_FALSE(machine.decide(not_in[i]));
  }
  machine.set(x, text_value("a")).set(y, Value{});
  CHECK_FALSE(machine.decide(in[3]));
  CHECK_FALSE(machine.decide(not_in[3]));
  // A number is never compared with texts: neither in them nor known not to be.
  machine.set(x, Value::of_int(1));
  CHECK_FALSE(machine.decide(in[0]));
  CHECK_FALSE(machine.decide(not_in[0]));
}

TEST_CASE("nothing is in an empty list, everything that is there is not in it") {
  Test t;
  const std::uint32_t empty = t.a.list({});
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestIn, constant_operand(empty)), text_value("a")));
  CHECK(t.holds(t.binary(Opcode::kTestNotIn, constant_operand(empty)), text_value("a")));
  CHECK(t.holds(t.binary(Opcode::kTestNotIn, constant_operand(empty)), Value::of_int(1)));
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestNotIn, constant_operand(empty)), Value{}));
}

TEST_CASE("addresses in networks, one or many, IPv4 and IPv6") {
  Test t;
  std::vector<std::uint32_t> networks{t.a.cidr("10.0.0.0/8"), t.a.cidr("2001:db8::/32"),
                                      t.a.cidr("192.0.2.7/32")};
  for (int i = 0; i < 300; ++i) networks.push_back(t.a.cidr("172.16." + std::to_string(i % 256) + ".0/24"));
  const std::uint32_t list = t.a.list(networks);
  const std::uint32_t one = networks[0];
  const IpAddress inside = *parse_ip("10.1.2.3");
  const IpAddress inside6 = *parse_ip("2001:db8::1");
  const IpAddress mapped = *parse_ip("::ffff:10.9.9.9");
  const IpAddress outside = *parse_ip("11.0.0.1");
  const IpAddress exact = *parse_ip("192.0.2.7");
  for (const IpAddress* address : {&inside, &inside6, &mapped, &exact}) {
    CHECK(t.holds(t.binary(Opcode::kTestIn, constant_operand(list)), Value::of_ip(address)));
  }
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestIn, constant_operand(list)), Value::of_ip(&outside)));
  CHECK(t.holds(t.binary(Opcode::kTestNotIn, constant_operand(list)), Value::of_ip(&outside)));
  CHECK(t.holds(t.binary(Opcode::kTestIn, constant_operand(one)), Value::of_ip(&inside)));
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestIn, constant_operand(one)), Value::of_ip(&inside6)));
  const std::vector<Value> dynamic{Value::of_cidr(&inside, 104)};
  CHECK(t.holds(t.binary(Opcode::kTestIn, slot_operand(t.y_slot)), Value::of_ip(&inside), list_of(dynamic)));
}

TEST_CASE("IPv6 networks as wide as the IPv4 range hold no IPv4 address") {
  Test t;
  const std::uint32_t list = t.a.list({t.a.cidr("::/0")});
  const IpAddress v4 = *parse_ip("203.0.113.7");
  const IpAddress v6 = *parse_ip("2001:db8::1");
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestIn, constant_operand(list)), Value::of_ip(&v4)));
  CHECK(t.holds(t.binary(Opcode::kTestIn, constant_operand(list)), Value::of_ip(&v6)));
}

TEST_CASE("a table has a key, and is looked up by the longest network") {
  Assembler a;
  const std::uint32_t x = a.slot("x", TypeKind::kIp);
  TableData table;
  table.name = "egress";
  table.key = TypeKind::kCidr;
  for (const auto& [network, name] :
       {std::pair{"10.0.0.0/8", "wide"}, {"10.1.0.0/16", "narrow"}, {"10.0.0.0/8", "last"}}) {
    table.entries.emplace_back(a.cidr(network), a.text(name));
  }
  a.data.tables.push_back(table);
  const std::uint32_t has = a.condition_of({Opcode::kTestIn, 0, 0, slot_operand(x), table_operand(0), 0});
  const std::uint32_t has_not =
      a.condition_of({Opcode::kTestNotIn, 0, 0, slot_operand(x), table_operand(0), 0});
  const std::uint32_t lookup = a.value_of({Opcode::kLookup, 0, 0, slot_operand(x), 0, 0});
  Machine machine(a);
  const auto with = [&](const IpAddress& address) {
    machine.begin(), machine.set(x, Value::of_ip(&address));
  };
  const IpAddress narrow = *parse_ip("10.1.2.3"), wide = *parse_ip("10.2.2.3"),
                  outside = *parse_ip("192.0.2.1");
  with(narrow);
  CHECK(machine.decide(has));
  CHECK(machine.shown(lookup) == "\"narrow\"");
  with(wide);
  CHECK(machine.shown(lookup) == "\"last\"");
  CHECK_FALSE(machine.decide(has_not));
  with(outside);
  CHECK_FALSE(machine.decide(has));
  CHECK(machine.decide(has_not));
  CHECK(machine.shown(lookup) == "missing");
}

TEST_CASE("text tests: contains, starts, ends, like") {
  Test t;
  const auto test = [&](std::uint16_t op, std::string_view x, const char* constant, std::uint8_t flags = 0) {
    const std::uint32_t y = (flags & kCased) != 0 ? t.a.text(constant) : t.a.folded(constant);
    const bool with_constant =
        t.holds(t.binary(Opcode::kTestText, constant_operand(y), flags, op), text_value(x));
    const bool with_event = t.holds(t.binary(Opcode::kTestText, slot_operand(t.y_slot), flags, op),
                                    text_value(x), text_value(constant));
    CHECK(with_constant == with_event);
    return with_constant;
  };
  CHECK(test(kContains, "Wire Transfer", "re tr"));
  CHECK_FALSE(test(kContains, "Wire", "fire"));
  CHECK(test(kContains, "anything", ""));
  CHECK(test(kContains, "ÜBERWEISUNG", "überw"));
  CHECK(test(kStarts, "RE: Invoice", "re:"));
  CHECK_FALSE(test(kStarts, "RE", "re:"));
  CHECK(test(kEnds, "a@CONTOSO.example", "contoso.example"));
  CHECK_FALSE(test(kContains, "Wire", "wire", kCased));
  CHECK(test(kStarts, "Wire", "Wi", kCased));
  CHECK(test(kLike, "New-InboxRule", "new-*rule"));
  CHECK(test(kLike, "New-InboxRule", "*"));
  CHECK(test(kLike, "", "*"));
  CHECK(test(kLike, "日本語", "日?語"));
  CHECK_FALSE(test(kLike, "日本語", "日語"));
  CHECK_FALSE(test(kLike, "abc", "abc?"));
  CHECK(test(kLike, "aXbXc", "a*x?"));
  CHECK_FALSE(test(kLike, "New", "new", kCased));
  for (std::uint16_t op = 0; op < 4; ++op) {
    const Instruction event = t.binary(Opcode::kTestText, slot_operand(t.y_slot), 0, op);
    CHECK_FALSE(t.holds(event, Value{}, text_value("a")));
    CHECK_FALSE(t.holds(event, text_value("a"), Value{}));
    CHECK_FALSE(t.holds(event, Value::of_int(1), text_value("1")));
  }
}

TEST_CASE("a list on the right means any of it, or all") {
  Test t;
  const std::uint32_t words = t.a.texts({"Wire", "URGENT"});
  const std::uint32_t none = t.a.list({});
  const auto contains = [&](std::uint32_t list, std::uint8_t flags, const char* x) {
    return t.holds(t.binary(Opcode::kTestText, constant_operand(list), flags, kContains), text_value(x));
  };
  CHECK(contains(words, 0, "urgent!"));
  CHECK_FALSE(contains(words, kAll, "urgent!"));
  CHECK(contains(words, kAll, "urgent wire"));
  CHECK_FALSE(contains(none, 0, "x"));
  CHECK(contains(none, kAll, "x"));
  CHECK_FALSE(t.holds(t.binary(Opcode::kTestText, constant_operand(none), kAll, kContains), Value{}));
}

TEST_CASE("a list on the left contains an element, any or all, few or many") {
  Test t;
  for (const int count : {3, 1000}) {
    CAPTURE(count);
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back("N" + std::to_string(i));
    std::vector<Value> items;
    for (const std::string& name : names) items.push_back(text_value(name));
    const auto contains = [&](std::uint32_t y, std::uint8_t flags) {
      return t.holds(t.binary(Opcode::kTestText, constant_operand(y), flags, kContains), list_of(items));
    };
    CHECK(contains(t.a.text("n1"), 0));
    CHECK_FALSE(contains(t.a.text("x"), 0));
    CHECK(contains(t.a.texts({"x", "n2"}), 0));
    CHECK_FALSE(contains(t.a.texts({"x", "n2"}), kAll));
    CHECK(contains(t.a.texts({"n0", "n2"}), kAll));
    CHECK_FALSE(contains(t.a.texts({"n0", "n2"}), kAll | kCased));
    CHECK(contains(t.a.list({}), kAll));
    CHECK_FALSE(contains(t.a.list({t.a.integer(1)}), 0));
  }
  const std::vector<Value> one{text_value("abc")};
  CHECK_FALSE(
      t.holds(t.binary(Opcode::kTestText, constant_operand(t.a.text("abc")), 0, kStarts), list_of(one)));
}

TEST_CASE("regular expressions are found anywhere, without regard to case unless cased") {
  Test t;
  const std::uint32_t loose = t.a.regex("^in(box|voice)");
  const std::uint32_t strict = t.a.regex("Invoice", true);
  const auto matches = [&](std::uint32_t regex, const Value& x) {
    return t.holds({Opcode::kTestMatches, 0, 0, slot_operand(t.x), regex, 0}, x);
  };
  CHECK(matches(loose, text_value("INVOICE 7")));
  CHECK_FALSE(matches(loose, text_value("an invoice")));
  CHECK(matches(strict, text_value("an Invoice")));
  CHECK_FALSE(matches(strict, text_value("an invoice")));
  CHECK_FALSE(matches(loose, Value{}));
  CHECK_FALSE(matches(loose, Value::of_int(1)));
}

}  // namespace shrike::test
