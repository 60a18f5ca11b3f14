namespace IronCage.Safety.Tests.Recognisers.Secrets;

internal sealed class VendorCredentialTests
{
    private static IEnumerable<TestCaseData> Tokens()
    {
        yield return new TestCaseData("OPENAI_API_KEY", Fakes.OpenAILegacy).SetArgDisplayNames("OpenAI legacy");
        yield return new TestCaseData("OPENAI_API_KEY", Fakes.OpenAIProject).SetArgDisplayNames("OpenAI project");
        yield return new TestCaseData("OPENAI_API_KEY", Fakes.OpenAIProject.Replace("proj", "svcacct", StringComparison.Ordinal)).SetArgDisplayNames("OpenAI service account");
        yield return new TestCaseData("OPENAI_API_KEY", Fakes.OpenAIProject.Replace("proj", "admin", StringComparison.Ordinal)).SetArgDisplayNames("OpenAI admin");
        yield return new TestCaseData("ANTHROPIC_API_KEY", Fakes.Anthropic).SetArgDisplayNames("Anthropic");
        yield return new TestCaseData("ANTHROPIC_API_KEY", Fakes.Anthropic.Replace("api03", "admin01", StringComparison.Ordinal)).SetArgDisplayNames("Anthropic admin");
        yield return new TestCaseData("GOOGLE_API_KEY", Fakes.Google).SetArgDisplayNames("Google");
        yield return new TestCaseData("AWS_ACCESS_KEY", Fakes.AwsAccess).SetArgDisplayNames("AWS long-term");
        yield return new TestCaseData("AWS_ACCESS_KEY", Fakes.AwsTemporary).SetArgDisplayNames("AWS temporary");
        yield return new TestCaseData("AZURE_API_KEY", Fakes.AzureMarked).SetArgDisplayNames("Azure marked");
        yield return new TestCaseData("GITHUB_TOKEN", Fakes.GitHub).SetArgDisplayNames("GitHub classic");
        yield return new TestCaseData("GITHUB_TOKEN", Fakes.GitHub.Replace("ghp_", "ghs_", StringComparison.Ordinal)).SetArgDisplayNames("GitHub server");
        yield return new TestCaseData("GITHUB_TOKEN", Fakes.GitHubFine).SetArgDisplayNames("GitHub fine-grained");
        yield return new TestCaseData("HUGGINGFACE_TOKEN", Fakes.HuggingFace).SetArgDisplayNames("Hugging Face");
        yield return new TestCaseData("GROQ_API_KEY", Fakes.Groq).SetArgDisplayNames("Groq");
        yield return new TestCaseData("XAI_API_KEY", Fakes.Xai).SetArgDisplayNames("xAI");
        yield return new TestCaseData("GOOGLE_API_KEY", Fakes.GoogleNew).SetArgDisplayNames("Google, newer");
        yield return new TestCaseData("GOOGLE_OAUTH_ACCESS_TOKEN", Fakes.GoogleOAuth).SetArgDisplayNames("Google OAuth");
        yield return new TestCaseData("AWS_BEDROCK_API_KEY", Fakes.AwsBedrock).SetArgDisplayNames("AWS Bedrock");
        yield return new TestCaseData("OPENROUTER_API_KEY", Fakes.OpenRouter).SetArgDisplayNames("OpenRouter");
        yield return new TestCaseData("PERPLEXITY_API_KEY", Fakes.Perplexity).SetArgDisplayNames("Perplexity");
        yield return new TestCaseData("REPLICATE_API_TOKEN", Fakes.Replicate).SetArgDisplayNames("Replicate");
        yield return new TestCaseData("PRIVATE_KEY", Fakes.Pem()).SetArgDisplayNames("PEM");
        yield return new TestCaseData("PRIVATE_KEY", Fakes.Pem("OPENSSH PRIVATE KEY", "\r\n")).SetArgDisplayNames("PEM with CRLF");
        yield return new TestCaseData("PRIVATE_KEY", Fakes.Pem("PRIVATE KEY", "\\n")).SetArgDisplayNames("PEM in JSON");
        yield return new TestCaseData("PRIVATE_KEY", Fakes.Pem("PGP PRIVATE KEY BLOCK")).SetArgDisplayNames("PGP");
    }

    [TestCaseSource(nameof(Tokens))]
    public void Credential_is_found_by_its_vendor_with_its_exact_span(string kind, string value)
    {
        foreach (string frame in new[] { "{0}", "key={0}\n", "\"{0}\",", "Bearer {0}.", "密钥{0}。", "a\\n{0}\\n", "({0})", "| {0} |", "`{0}`" })
            Assert.That(Marked.Kinds(string.Format(null, frame, value)), Is.EqualTo(new[] { $"{kind} {value}" }), frame);
    }

    [TestCaseSource(nameof(Tokens))]
    public void Credential_inside_a_longer_identifier_is_left_alone(string kind, string value)
    {
        if (kind == "PRIVATE_KEY")
            Assert.Pass("Armour has its own boundaries.");
        Assert.That(Marked.Kinds("x" + value), Has.None.StartsWith(kind));
        Assert.That(Marked.Kinds("_" + value), Has.None.StartsWith(kind));
    }

    [TestCaseSource(nameof(Tokens))]
    public void Placeholder_in_the_shape_of_a_credential_is_left_alone(string kind, string value)
    {
        int head = kind == "AZURE_API_KEY" || kind == "PRIVATE_KEY" ? -1 : value.LastIndexOfAny(['-', '_'], Math.Min(12, value.Length - 20)) + 1;
        if (head < 0)
            Assert.Pass("It has no prefix.");
        head = Math.Max(head, 4);
        Assert.That(Marked.Kinds(value[..head] + new string('x', value.Length - head)), Is.Empty);
        Assert.That(Marked.Kinds(value[..head] + new string('X', value.Length - head)), Is.Empty);
        Assert.That(Marked.Kinds(value[..head]), Is.Empty);
        Assert.That(Marked.Kinds(value[..head] + "your-key-here"), Is.Empty);
        Assert.That(Marked.Kinds(value[..(head + 8)] + "..."), Is.Empty);
    }

    [Test]
    public void AWS_secret_is_found_only_after_words_that_announce_it()
    {
        string secret = Fakes.AwsSecret;
        foreach (string frame in new[]
        {
            "aws_secret_access_key = {0}", "AWS_SECRET_ACCESS_KEY={0}\n", "\"SecretAccessKey\": \"{0}\",", "| AWS secret key | {0} |", "AWS secret access key is {0}.",
            "secretAccessKey:\\n{0}",
        })
        {
            Assert.That(Marked.Kinds(string.Format(null, frame, secret)), Is.EqualTo(new[] { "AWS_SECRET_KEY " + secret }), frame);
        }

        foreach (string text in new[]
        {
            secret, "commit " + secret, "aws_secret_access_key=" + secret[..39], "aws_secret_access_key=" + secret + "x",
            "aws_secret_access_key=da39a3ee5e6b4b0d3255bfef95601890afd80709", "aws_secret_access_key=" + new string('x', 39) + "1",
            "aws_secret_access_key" + new string('.', 70) + secret,
        })
        {
            Assert.That(Marked.Kinds(text), Has.None.StartsWith("AWS"), text);
        }
    }

    [Test]
    public void Azure_key_without_a_mark_is_found_only_after_words_that_announce_it()
    {
        string hex = Fakes.AzureHex;
        Assert.That(Marked.Kinds("AZURE_OPENAI_API_KEY=" + hex), Is.EqualTo(new[] { "AZURE_API_KEY " + hex }));
        Assert.That(Marked.Kinds("Ocp-Apim-Subscription-Key: " + hex), Is.EqualTo(new[] { "AZURE_API_KEY " + hex }));
        Assert.That(Marked.Kinds("md5 " + hex), Is.Empty);

        string account = Fakes.AzureAccount;
        Assert.That(Marked.Kinds($"AccountName=x;AccountKey={account};EndpointSuffix=y"), Is.EqualTo(new[] { "AZURE_STORAGE_KEY " + account }));
        Assert.That(Marked.Kinds("data:" + account), Is.Empty);

        string shared = Fakes.Body(43) + "=";
        Assert.That(Marked.Kinds("SharedAccessKey=" + shared), Is.EqualTo(new[] { "AZURE_SERVICE_BUS_KEY " + shared }));
    }

    [Test]
    public void Private_key_without_its_end_is_found_as_far_as_it_looks_like_one()
    {
        string open = Fakes.Pem(end: false);
        Assert.That(Marked.Kinds(open), Is.EqualTo(new[] { "PRIVATE_KEY " + open.TrimEnd() }));
        Assert.That(Marked.Kinds(open + "{cut}"), Is.EqualTo(new[] { "PRIVATE_KEY " + open.TrimEnd() }));
        Assert.That(Marked.Kinds(open + Fakes.Pem()), Is.EqualTo(new[] { "PRIVATE_KEY " + open.TrimEnd(), "PRIVATE_KEY " + Fakes.Pem() }));
    }

    [Test]
    public void Private_key_longer_than_64_KB_is_found_up_to_there()
    {
        string text = "-----BEGIN PRIVATE KEY-----\n" + string.Concat(Enumerable.Repeat(Fakes.Body(64) + "\n", 1100));
        List<Finding> findings = Scanners.For("PRIVATE_KEY").Scan(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.That(findings, Has.Count.EqualTo(1));
        Assert.That((findings[0].Start, findings[0].End), Is.EqualTo((0, 65536)));
    }

    [TestCase("A file that begins with -----BEGIN PRIVATE KEY----- holds a key.")]
    [TestCase("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----")]
    [TestCase("-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----")]
    [TestCase("----BEGIN PRIVATE KEY-----")]
    public void Armour_without_key_material_is_left_alone(string text) => Assert.That(Marked.Kinds(text), Is.Empty);

    [Test]
    public void Armour_of_public_things_is_left_alone() => Assert.That(Marked.Kinds(Fakes.Pem("CERTIFICATE") + Fakes.Pem("PUBLIC KEY")), Is.Empty);
}
