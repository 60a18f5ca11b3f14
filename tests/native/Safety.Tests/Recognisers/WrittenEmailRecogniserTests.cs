namespace IronCage.Safety.Tests.Recognisers;

internal sealed class WrittenEmailRecogniserTests
{
    [TestCase("Mail ⟦name [at] example [dot] org⟧ now")]
    [TestCase("⟦anna(at)mail(dot)example(dot)co(dot)uk⟧. ⟦anna{AT}example.com⟧, ⟦a [dot] b [at] example [dot] de⟧")]
    [TestCase("⟦a(dot)meyer(dot)83(at)example(dot)com⟧ ⟦no-reply(at)example(dot)com⟧\"}")]
    public void Written_address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "EMAIL_ADDRESS");

    [TestCase("look [at] this [dot] the foo(at) bar (at) 5 [dot] 3 meet [at] noon a [att] example.com x(at)host(dot)zzzz")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "EMAIL_ADDRESS");
}
