namespace IronCage.Safety.Tests.Recognisers;

internal sealed class UrlRecogniserTests
{
    [TestCase("⟦https://example.com⟧")]
    [TestCase("See ⟦https://example.com/a/b?c=d&e=f#g⟧.")]
    [TestCase("(⟦https://en.wikipedia.org/wiki/Iron_(metal)⟧)")]
    [TestCase("[a link](⟦https://example.com/x⟧) **⟦https://example.com/y⟧**, <⟦http://example.org/~anna/⟧>")]
    [TestCase("{\"url\":\"⟦https://example.com/x⟧\",\"u\":'⟦ftp://ftp.example.com/pub⟧'}")]
    [TestCase("id,⟦https://example.com/items/42⟧,ok ⟦https://example.com/?at=48.1,11.5⟧,ok")]
    [TestCase("⟦wss://socket.example.com:8443/v1⟧ ⟦HTTP://EXAMPLE.COM/X⟧ git+⟦https://example.com/r.git⟧")]
    [TestCase("\\n⟦https://example.com/x⟧\\n ⟦http://localhost:8080/⟧; ⟦https://user:secret@example.com/x⟧")]
    [TestCase("访问⟦https://example.com/about⟧。或⟦example.com⟧的")]
    [TestCase("⟦https://de.example.org/wiki/Käse⟧ ⟦https://bücher.example/⟧!")]
    [TestCase("⟦example.com⟧, ⟦www.example.org/x⟧ ⟦shop.acme.co.uk⟧; ⟦api.example.io⟧ ⟦status.example.com.au:8080/a?b=c⟧")]
    [TestCase("⟦www.node.info⟧ ⟦my-shop.info⟧ ⟦foo.info/about⟧ ⟦EXAMPLE.COM⟧ ⟦t.co/abc⟧ ⟦x.com⟧")]
    [TestCase("**⟦example.com⟧** \"⟦example.de⟧\" host=⟦example.net⟧ ⟦foo.co.in⟧ ⟦1.pool.example.org⟧ ⟦docs.foo.md/x⟧")]
    [TestCase("⟦bücher.de⟧ ⟦xn--bcher-kva.de⟧")]
    public void Url_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "URL");

    [TestCase("readme.md main.rs script.sh a.py lib.so x.pl data.zip clip.mov configure.in README.MD")]
    [TestCase("os.path self.name System.IO user.id this.host node.info window.location.host ASP.NET System.Net event.target")]
    [TestCase("arr.at(0) list.is = 1 value.it[0] foo.to(x) java.io.File obj.de=1")]
    [TestCase("bob@example.com git@git.example.com:team/repo.git src/example.com/x @scope.com")]
    [TestCase("e.g. the i.e. model B.The other is done.It was good")]
    [TestCase("postgres://localhost/db redis://cache/0 http:// https://. https://$HOST/x c://x")]
    [TestCase("v1.2.3.com_x example.com_y _example.com ***.e.com -example.com example-.com a..com .com")]
    [TestCase("example.com[EMAIL_REDACTED] https://example.com/[EMAIL_REDACTED] [EMAIL_REDACTED].example.com [EMAIL_REDACTED]example.com example.com.[X_REDACTED]")]
    [TestCase("example.invalid host.local server.internal")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "URL");

    [Test]
    public void Url_ends_after_256_bytes()
    {
        string url = "https://example.com/" + new string('a', 236);
        Marked.Check($"⟦{url}⟧", "URL");
        Marked.Check($"⟦{url}⟧{new string('b', 300)} ⟦https://example.com⟧", "URL");
    }
}
