namespace IronCage.Safety.Tests.Recognisers;

internal sealed class EmailRecogniserTests
{
    [TestCase("⟦bob@example.com⟧")]
    [TestCase("https://example.com/?email=⟦bob%40example.com⟧&x=1")]
    [TestCase("{\\\"m\\\":\\\"⟦bob\\u0040example.com⟧\\\"} {\\\"m\\\":\\\"⟦jos\\u00e9@example.com⟧\\\"}")]
    [TestCase("\\b⟦bob@example.com⟧ \\f⟦bob@example.com⟧")]
    [TestCase("é\u00A0⟦bob@example.com⟧\u00A0é")]
    [TestCase("Write to ⟦bob@example.com⟧, please.")]
    [TestCase("Write to ⟦bob@example.com⟧.")]
    [TestCase("⟦a@b.co.uk⟧.")]
    [TestCase("⟦a@b.com⟧-")]
    [TestCase("⟦a@b.com⟧-ish")]
    [TestCase("⟦a@b.com⟧...")]
    [TestCase("<⟦first.last+tag@sub.mail-host.example.org⟧>")]
    [TestCase("mailto:⟦bob_smith%x@example.museum⟧?subject=hi")]
    [TestCase("[⟦bob@example.com⟧](mailto:⟦bob@example.com⟧)")]
    [TestCase("{\"to\":\"⟦bob@example.com⟧\",\"cc\":[\"⟦x@y.io⟧\"]}")]
    [TestCase("\"line\\n⟦bob@example.com⟧\\r\\n\"")]
    [TestCase("| ⟦bob@example.com⟧|⟦eve@example.com⟧ |")]
    [TestCase("_⟦bob@example.com⟧_ **⟦bob@example.com⟧**")]
    [TestCase("邮箱⟦user@example.cn⟧。")]
    [TestCase("邮箱：⟦user@example.com⟧联系我")]
    [TestCase("⟦jürgen.groß@bücher.example.de⟧")]
    [TestCase("⟦ünal@example.de⟧ et ⟦élodie@société.fr⟧")]
    [TestCase("⟦user@xn--bcher-kva.xn--p1ai⟧ ok")]
    [TestCase("https://example.com/?q=⟦bob@example.com⟧&x=1")]
    [TestCase("bad..⟦dots@example.com⟧")]
    [TestCase("--⟦user@example.com⟧")]
    [TestCase("⟦1234567890@example.com⟧")]
    [TestCase("⟦bob@mail.com⟧.x1")]
    [TestCase("⟦eva@correo.com⟧é4 ⟦eva@correo.com⟧é")]
    [TestCase("⟦bob@example.com⟧(home)")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-⟦bob@example.com⟧")]
    [TestCase("⟦aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com⟧")]
    [TestCase("⟦anna@例え.jp⟧ ⟦anna@bücher.example⟧ 邮箱⟦user@example.cn⟧联系。")]
    public void Email_address_in_text_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "EMAIL_ADDRESS");

    [TestCase(250)]
    [TestCase(300)]
    public void Address_before_a_hyphen_and_a_long_run_is_found(int length)
    {
        string run = string.Concat(Enumerable.Repeat("k7", length / 2));
        Marked.Check($"⟦bob@example.com⟧-{run}", "EMAIL_ADDRESS");
    }

    [TestCase("y = x@self.weight x@self.name a@w.T c@this.data x@y.zzzz")]
    [TestCase("foo@bar")]
    [TestCase("@decorator")]
    [TestCase("@app.route(\"/\")")]
    [TestCase("user@1.2.3")]
    [TestCase("user@192.168.0.1")]
    [TestCase("lodash@4.17.21")]
    [TestCase("a@b.c")]
    [TestCase("a@.com a@-x.com a@x..com a@com")]
    [TestCase("x @ y.com, x@ y.com, @y.com")]
    [TestCase("foo.@example.com")]
    [TestCase("logo@2x.png")]
    [TestCase("h = x@weights.transpose()")]
    [TestCase("git clone git@github.com:owner/name.git")]
    [TestCase("用户@例子.公司")]
    [TestCase("bob@example.com1")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com")]
    public void Other_use_of_the_at_sign_is_left_alone(string text) => Marked.Check(text, "EMAIL_ADDRESS");
}
