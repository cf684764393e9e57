// Functions over text: each by an ordinary case, letter case and scripts, and hostile input.
#include "tests/runtime/function_calls.hpp"

namespace shrike::test {

TEST_CASE("lower and upper change letters of all scripts and nothing else") {
  Functions f;
  CHECK(f.shown("lower", {f.text("ÀBC Жук 1")}) == "\"àbc жук 1\"");
  CHECK(f.shown("upper", {f.text("àbc жук ß")}) == "\"ÀBC ЖУК ß\"");
  CHECK(f.shown("lower", {f.text("")}) == "\"\"");
  CHECK(f.shown("lower", {Value::of_int(1)}) == "missing");
  CHECK(f.shown("lower", {Value{}}) == "missing");
}

TEST_CASE("trim takes blanks or the named characters off both ends") {
  Functions f;
  CHECK(f.shown("trim", {f.text(" \t a b\n ")}) == "\"a b\"");
  CHECK(f.shown("trim", {f.text("\u3000a\u00a0")}) == "\"a\"");
  CHECK(f.shown("trim", {f.text("[x]"), f.text("[]")}) == "\"x\"");
  CHECK(f.shown("trim", {f.text("ééaé"), f.text("é")}) == "\"a\"");
  CHECK(f.shown("trim", {f.text("   ")}) == "\"\"");
  CHECK(f.shown("trim", {f.text("")}) == "\"\"");
}

TEST_CASE("split keeps empty parts and the spelling") {
  Functions f;
  CHECK(f.shown("split", {f.text("a;;B;"), f.text(";")}) == R"(["a","","B",""])");
  CHECK(f.shown("split", {f.text("1X2x3"), f.text("x")}) == R"(["1","2","3"])");
  CHECK(f.shown("split", {f.text("abc"), f.text("")}) == R"(["abc"])");
  CHECK(f.shown("split", {f.text(""), f.text(";")}) == R"([""])");
  CHECK(f.shown("split", {f.text("ΑβΑ"), f.text("Β")}) == R"(["Α","Α"])");
}

TEST_CASE("replace finds text without regard to letter case, also where folding changes lengths") {
  Functions f;
  CHECK(f.shown("replace", {f.text("RE: Re: x"), f.text("re: "), f.text("")}) == "\"x\"");
  CHECK(f.shown("replace", {f.text("Ⱥ-Ⱥ"), f.text("ⱥ"), f.text("a")}) == "\"a-a\"");
  CHECK(f.shown("replace", {f.text("KelvinK"), f.text("k"), f.text("_")}) == "\"_elvin_\"");
  CHECK(f.shown("replace", {f.text("aaa"), f.text("aa"), f.text("b")}) == "\"ba\"");
  CHECK(f.shown("replace", {f.text("abc"), f.text(""), f.text("x")}) == "\"abc\"");
  CHECK(f.shown("replace", {f.text("abc"), f.text("b"), Value{}}) == "missing");
}

TEST_CASE("fold makes one form of compatible spellings") {
  Functions f;
  CHECK(f.shown("fold", {f.text("ＰａｙＰａｌ")}) == "\"paypal\"");
  CHECK(f.shown("fold", {f.text("Straße ﬁ")}) == "\"strasse fi\"");
  CHECK(f.shown("fold", {f.text("pay\u200bpal")}) == "\"paypal\"");
  const std::string huge(std::size_t{3} << 20, 'a');
  CHECK(f.shown("fold", {f.text(huge)}) == "missing");
}

TEST_CASE("entropy counts characters, not bytes") {
  Functions f;
  CHECK(f.call("entropy", {f.text("aaaa")}).number == doctest::Approx(0));
  CHECK(f.call("entropy", {f.text("abab")}).number == doctest::Approx(1));
  CHECK(f.call("entropy", {f.text("日本日本")}).number == doctest::Approx(1));
  CHECK(f.call("entropy", {f.text("aé日😀")}).number == doctest::Approx(2));
  CHECK(f.call("entropy", {f.text("")}).number == doctest::Approx(0));
}

TEST_CASE("base64 gives text in both alphabets, with or without padding, or nothing") {
  Functions f;
  CHECK(f.shown("base64", {f.text("aGVsbG8=")}) == "\"hello\"");
  CHECK(f.shown("base64", {f.text("aGVsbG8")}) == "\"hello\"");
  CHECK(f.shown("base64", {f.text("w6kg4pyT_A")}) == "missing");
  CHECK(f.shown("base64", {f.text("Pz8_Pj4-")}) == "\"??\?>>>\"");
  CHECK(f.shown("base64", {f.text("aABpAA==")}) == "\"hi\"");
  CHECK(f.shown("base64", {f.text("")}) == "\"\"");
  CHECK(f.shown("base64", {f.text("a")}) == "missing");
  CHECK(f.shown("base64", {f.text("not base64!")}) == "missing");
}

TEST_CASE("similarity counts edits, swaps as one, and is bounded") {
  Functions f;
  const auto similarity = [&](std::string_view a, std::string_view b) {
    return f.call("similarity", {f.text(a), f.text(b)}).number;
  };
  CHECK(similarity("contoso", "CONTOSO") == doctest::Approx(1));
  CHECK(similarity("contoso", "contos0") == doctest::Approx(1 - 1.0 / 7));
  CHECK(similarity("contoso", "cotnoso") == doctest::Approx(1 - 1.0 / 7));
  CHECK(similarity("abc", "") == doctest::Approx(0));
  CHECK(similarity("", "") == doctest::Approx(1));
  CHECK(similarity("日本", "日木") == doctest::Approx(0.5));
  const std::string longest(256, 'a'), longer(257, 'a');
  CHECK(similarity(longest, longest) == doctest::Approx(1));
  CHECK(f.shown("similarity", {f.text(longer), f.text("a")}) == "missing");
}

TEST_CASE("confusable means looking alike but not being the same") {
  Functions f;
  const auto confusable = [&](std::string_view a, std::string_view b) {
    return f.shown("confusable", {f.text(a), f.text(b)});
  };
  CHECK(confusable("micr0soft.com", "microsoft.com") == "true");
  CHECK(confusable("rnicrosoft.com", "MICROSOFT.COM") == "true");
  CHECK(confusable("paypaI.com", "paypal.com") == "true");
  CHECK(confusable("раураl.com", "paypal.com") == "true");
  CHECK(confusable("xn--pypal-4ve.com", "paypal.com") == "true");
  CHECK(confusable("páypal.com", "paypal.com") == "true");
  CHECK(confusable("ｐａｙｐａｌ.com", "paypal.com") == "true");
  CHECK(confusable("pay\u200bpal.com", "paypal.com") == "true");
  CHECK(confusable("paypal.com", "PayPal.com") == "false");
  CHECK(confusable("contoso.com", "fabrikam.com") == "false");
  CHECK(confusable("", "a") == "false");
  const std::string huge(5000, 'a');
  CHECK(confusable(huge, "a") == "missing");
}

TEST_CASE("len counts characters, elements and entries") {
  Functions f;
  CHECK(f.shown("len", {f.text("日本語")}) == "3");
  CHECK(f.shown("len", {f.parsed("[1, null, 3]")}) == "3");
  CHECK(f.shown("len", {f.parsed("{\"a\": 1}")}) == "1");
  CHECK(f.shown("len", {Value::of_int(5)}) == "missing");
}

}  // namespace shrike::test
