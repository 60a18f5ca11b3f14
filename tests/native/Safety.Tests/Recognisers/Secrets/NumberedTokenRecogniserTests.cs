namespace IronCage.Safety.Tests.Recognisers.Secrets;

internal sealed class NumberedTokenRecogniserTests
{
    private static readonly string Token = "v^1.1" + "#i^1#p^3#f^0#r^0#I^3#t^" + Fakes.Body(60);

    [Test]
    public void Token_of_short_fields_is_found() => Marked.Check($"It was ⟦{Token}⟧? token=⟦{Token}⟧", "EBAY_TOKEN");

    [Test]
    public void Other_versions_are_left_alone() => Marked.Check($"x{Token} v1.1#i^1#p^3 v^1.1 2024 u^1.1#i^1#p^3#f^0", "EBAY_TOKEN");
}
