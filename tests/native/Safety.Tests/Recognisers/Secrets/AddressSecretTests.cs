namespace IronCage.Safety.Tests.Recognisers.Secrets;

/// <summary>Passwords in addresses, web hooks, JSON Web Tokens, PuTTY's keys.</summary>
internal sealed class AddressSecretTests
{
    [TestCase("https://⟦bob:Velvet*42ab⟧@git.example.com/x.git")]
    [TestCase("postgres://⟦app:p4ss/w@db.example.com")]
    [TestCase("see redis://⟦:s3cr3tpw9⟧@cache:6379/0.")]
    [TestCase("amqp://⟦svc-deploy:Xy9!kk2z⟧@10.0.0.5/v")]
    [TestCase("\"mongodb+srv://⟦app:a1b2@c3d4⟧@cluster0.example.net/prod\"")]
    [TestCase("ftp://⟦root:q7Zk2WmX9bTf⟧@[2001:db8::1]/")]
    [TestCase("jdbc:postgresql://⟦app:q7Zk2Wm⟧@db/x")]
    public void Name_and_password_of_an_address_are_found(string marked)
    {
        // A raw slash ends the authority: nothing is found there.
        Marked.Check(marked.Contains("p4ss/w", StringComparison.Ordinal) ? "postgres://app:p4ss/w@db.example.com" : marked, "BASIC_AUTH_URL");
    }

    [TestCase("https://user:password@example.com")]
    [TestCase("https://user:pass@example.com")]
    [TestCase("redis://${USER}:${PASSWORD}@cache/0")]
    [TestCase("https://<user>:<password>@host/")]
    [TestCase("amqp://guest:guest@localhost")]
    [TestCase("https://example.com:8080/a@b")]
    [TestCase("https://bob@example.com/")]
    [TestCase("http://user:xxxx1xxxx@host")]
    [TestCase("https://[BASIC_AUTH_URL_REDACTED]@host/")]
    [TestCase("see ://a:b1c2d3@host")]
    public void Address_without_a_password_is_left_alone(string text) => Marked.Check(text, "BASIC_AUTH_URL");

    [Test]
    public void Web_token_is_found_with_its_parts()
    {
        string jwt = Fakes.Jwt;
        foreach (string frame in new[] { "{0}", "Bearer {0}", "\"{0}\"", "token={0}&x", "{0}. Then", "a\\n{0}\\n" })
            Assert.That(Marked.Kinds(string.Format(null, frame, jwt)), Is.EqualTo(new[] { "JWT " + jwt }), frame);
        Assert.That(Marked.Kinds(jwt[..jwt.LastIndexOf('.')]), Is.Empty);
        Assert.That(Marked.Kinds("x" + jwt), Is.Empty);
        Assert.That(Marked.Kinds("eyJ" + Fakes.Body(40) + "." + Fakes.Body(40) + "." + Fakes.Body(43)), Is.Empty);
    }

    [Test]
    public void Long_web_token_is_found_in_a_stream()
    {
        string jwt = Fakes.Jwt.Replace("eyJzdWIi", "eyJ" + string.Concat(Enumerable.Repeat(Fakes.Body(60), 40)), StringComparison.Ordinal);
        byte[] text = System.Text.Encoding.ASCII.GetBytes("see " + jwt + " there");
        ScanStream stream = Scanners.For("JWT").OpenStream();
        var findings = new List<StreamFinding>();
        for (int i = 0; i < text.Length; i++)
            stream.Push(text.AsSpan(i, 1), i == text.Length - 1, findings);
        Assert.That(findings.Whole().Select(f => (f.Start, f.End)), Is.EqualTo(new[] { (4L, 4L + jwt.Length) }));
        Assert.That(findings[0].IsOpen, Is.True);
    }

    [Test]
    public void PuTTY_key_is_found_up_to_its_digest()
    {
        string key = Fakes.Putty;
        Assert.That(Marked.Kinds("a\n" + key + "\nb"), Is.EqualTo(new[] { "PRIVATE_KEY " + key }));
        string head = key[..key.IndexOf("\nPrivate-Lines", StringComparison.Ordinal)];
        Assert.That(Marked.Kinds(head + "\n\nHello"), Is.EqualTo(new[] { "PRIVATE_KEY " + head }));
        Assert.That(Marked.Kinds(key[..key.IndexOf("Public-Lines", StringComparison.Ordinal)]), Is.Empty);
    }

    [Test]
    public void Web_hook_is_found_whole()
    {
        string hook = "https://hooks.slack" + ".com/services/T0A1B2C3D/B0A1B2C3D/" + Fakes.Body(24, 4);
        Assert.That(Marked.Kinds($"post to {hook}, please"), Is.EqualTo(new[] { "SLACK_WEBHOOK_URL " + hook }));
        Assert.That(Marked.Kinds("https://hooks.slack" + ".com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"), Has.None.StartsWith("SLACK"));
    }
}
