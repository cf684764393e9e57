// Addresses, domains, recipients in every form that the logs write them.
#include "tests/runtime/function_calls.hpp"

namespace shrike::test {

TEST_CASE("domain is what follows the last @") {
  Functions f;
  const auto domain = [&](std::string_view address) { return f.shown("domain", {f.text(address)}); };
  CHECK(domain("a@Contoso.example") == "\"Contoso.example\"");
  CHECK(domain("\"a@b\"@c.example") == "\"c.example\"");
  CHECK(domain("Aiko <aiko@contoso.example>") == "\"contoso.example\"");
  CHECK(domain("smtp:a@b.example") == "\"b.example\"");
  CHECK(domain("guest_fabrikam.com#EXT#@contoso.onmicrosoft.com") == "\"contoso.onmicrosoft.com\"");
  CHECK(domain("Aiko") == "missing");
  CHECK(domain("a@") == "missing");
  CHECK(domain("") == "missing");
}

TEST_CASE("the registrable domain of names, addresses and URLs") {
  Functions f;
  const auto registrable = [&](std::string_view name) {
    return f.shown("registrable_domain", {f.text(name)});
  };
  CHECK(registrable("mail.contoso.co.jp") == "\"contoso.co.jp\"");
  CHECK(registrable("a@MAIL.Contoso.COM") == "\"contoso.com\"");
  CHECK(registrable("https://user@login.contoso.com:443/x?y") == "\"contoso.com\"");
  CHECK(registrable("contoso.com.") == "\"contoso.com\"");
  CHECK(registrable("co.jp") == "missing");
  CHECK(registrable("localhost") == "missing");
  CHECK(registrable("203.0.113.7") == "missing");
  CHECK(registrable("http://[2001:db8::1]/") == "missing");
  CHECK(registrable("") == "missing");
  CHECK(registrable(std::string(300, 'a') + ".com") == "missing");
  CHECK(registrable(std::string_view("a\0b.com", 7)) == "missing");
}

TEST_CASE("recipients are taken out of every form") {
  Functions f;
  const auto recipients = [&](std::string_view text) { return f.shown("recipients", {f.text(text)}); };
  CHECK(recipients("a@b.example") == R"(["a@b.example"])");
  CHECK(recipients("smtp:a@b.example;SMTP:C@d.example") == R"(["a@b.example","C@d.example"])");
  CHECK(recipients("\"Doe, Jane\" [SMTP:jane@x.example], Bob <bob@y.example>") ==
        R"(["jane@x.example","bob@y.example"])");
  CHECK(recipients("Jane Doe; b@c.example") == R"(["Jane Doe","b@c.example"])");
  CHECK(recipients("\"a@b.example\"") == R"(["a@b.example"])");
  CHECK(recipients("\"Jane\" [EX:/o=Org/ou=X/cn=jane]") == R"(["\"Jane\" [EX:/o=Org/ou=X/cn=jane]"])");
  CHECK(recipients("/o=Org/ou=X/cn=jane") == R"(["/o=Org/ou=X/cn=jane"])");
  CHECK(recipients("[SMTP:a@b.example]") == R"(["a@b.example"])");
  CHECK(recipients(" ; , ;<null>") == "[]");
  CHECK(recipients("\"unclosed; a@b.example") == R"(["\"unclosed","a@b.example"])");
  CHECK(recipients("a@b.example [unclosed, c@d.example") == R"(["a@b.example [unclosed","c@d.example"])");
  CHECK(recipients(R"(["a@b.example", "C <c@d.example>"])") == R"(["a@b.example","c@d.example"])");
}

TEST_CASE("recipients of JSON lists and objects") {
  Functions f;
  const auto recipients = [&](std::string_view json) { return f.shown("recipients", {f.parsed(json)}); };
  CHECK(recipients(R"(["a@b.example; c@d.example", null, 5])") == R"(["a@b.example","c@d.example"])");
  CHECK(recipients(
            R"([{"Address": "a@b.example", "Name": "A"}, {"emailAddress": {"address": "c@d.example"}}])") ==
        R"(["a@b.example","c@d.example"])");
  CHECK(recipients(R"({"SmtpAddress": "a@b.example"})") == R"(["a@b.example"])");
  CHECK(recipients("[]") == "[]");
  CHECK(f.shown("recipients", {Value{}}) == "missing");
}

TEST_CASE("emails are the recipients that are addresses") {
  Functions f;
  CHECK(f.shown("emails", {f.text("Jane; a@b.example; @; x@; \"J\" [EX:/o=a@b/c d]")}) ==
        R"(["a@b.example"])");
}

TEST_CASE("hostile lists of recipients are read in linear time") {
  Functions f;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "[<\"";
  CHECK(f.call("recipients", {f.text(text)}).kind == Kind::kList);
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += "a@b.c;";
  CHECK(f.call("recipients", {f.text(many)}).size == 200'000);
}

}  // namespace shrike::test
