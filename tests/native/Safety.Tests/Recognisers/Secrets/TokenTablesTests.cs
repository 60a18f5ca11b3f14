using System.Text;
using IronCage.Safety.Recognisers.Secrets;

namespace IronCage.Safety.Tests.Recognisers.Secrets;

/// <summary>Every row of the tables, drawn at random.</summary>
internal sealed class TokenTablesTests
{
    private static readonly string[] Frames = ["{0}", "\"{0}\"", "'{0}',", "={0}\n", "({0})", "{0}.", "?x=1&token={0}&y=2", "a\\n{0}\\n", "密钥{0}。", "<v>{0}</v>"];

    [Test]
    public void There_are_more_than_180_vendors_kinds_and_every_shape_is_read()
    {
        Assert.That(TokenTables.All.Select(row => row.Kind).Distinct().Count(), Is.GreaterThan(300));
        foreach (TokenRow row in TokenTables.All)
            Assert.That(TokenShape.Of(row).Count(), Is.GreaterThan(0), row.Shape);
    }

    [Test]
    public void Part_of_many_lengths_is_followed_by_a_byte_it_does_not_hold()
    {
        foreach (TokenRow row in TokenTables.All)
        {
            foreach (TokenSegment[] segments in ShapeNotation.Read(row.Shape))
            {
                for (int i = 0; i + 1 < segments.Length; i++)
                    Assert.That(segments[i].IsFixed || (segments[i + 1].IsLiteral && !segments[i].Set.Has(segments[i + 1].Literal[0])), Is.True, row.Shape);
            }
        }
    }

    [Test]
    public void Token_is_found_with_its_exact_span_in_every_surrounding()
    {
        var random = new Random(4);
        var missed = new List<string>();
        int count = 0;
        foreach (TokenRow row in TokenTables.All.Where(row => TokenShape.Of(row).All(shape => shape.IsUrl || (shape.IsTriggered && shape.HeadLength == 0))))
        {
            foreach (string frame in Frames)
            {
                TokenSegment[][] shapes = [.. ShapeNotation.Read(row.Shape)];
                string token = Draw(shapes[random.Next(shapes.Length)], random);
                string before = row.Context is null ? "" : (row.Spelled is null ? "" : row.Spelled + " ") + row.Context.Words[random.Next(row.Context.Words.Count)] + " ";
                string text = before + string.Format(null, frame, token);
                count++;
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                List<Finding> findings = Scanners.All.Scan(utf8);
                if (!findings.Exists(f => f.Kind.IsSecret && Encoding.UTF8.GetString(utf8, f.Start, f.End - f.Start) == token))
                    missed.Add($"{row.Kind} {row.Shape}: {text} -> {string.Join(", ", findings.Select(f => $"{f.Kind} {f.Start}-{f.End}"))}");
            }
        }

        // Of random tokens a few repeat a byte or lack a digit, as placeholders do.
        Assert.That(missed, Has.Count.LessThan(count / 100), string.Join("\n", missed));
    }

    [Test]
    public void Token_with_a_byte_too_few_or_too_many_is_none_of_its_kind()
    {
        var random = new Random(5);
        foreach (TokenRow row in TokenTables.All.Where(row => TokenTables.All.Count(other => other.Kind == row.Kind) == 1))
        {
            TokenSegment[][] shapes = [.. ShapeNotation.Read(row.Shape)];
            TokenSegment[] shape = shapes[random.Next(shapes.Length)];
            if (shapes.Length > 1 || shape[^1].IsLiteral || !Array.TrueForAll(shape, segment => segment.IsFixed))
                continue;
            string token = Draw(shape, random);
            string before = row.Context is null ? "" : row.Context.Words[0] + " ";
            foreach (string wrong in new[] { token[..^1], token + "a", "a" + token })
                Assert.That(Marked.Kinds(before + wrong), Has.None.StartsWith(row.Kind + " "), row.Shape);
        }
    }

    [Test]
    public void Token_without_the_word_it_needs_is_left_alone()
    {
        var random = new Random(6);
        foreach (TokenRow row in TokenTables.All.Where(row => row.Context is not null))
        {
            string token = Draw(ShapeNotation.Read(row.Shape).First(), random);
            Assert.That(Marked.Kinds("see " + token + " there"), Has.None.StartsWith(row.Kind + " " + token), row.Shape);
        }
    }

    [Test]
    public void Checksum_of_GitHub_is_evidence()
    {
        string body = Fakes.Body(30, 3);
        uint crc = Base62Checksum.Crc32(Encoding.ASCII.GetBytes(body));
        string check = "";
        for (int i = 0; i < 6; i++, crc /= 62)
            check = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(int)(crc % 62)] + check;
        Assert.That(Base62Checksum.Crc32("123456789"u8), Is.EqualTo(0xCBF43926));
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes("gh" + "p_" + body + check))[0].Evidence, Is.EqualTo(Evidence.Pattern | Evidence.Checksum));
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes("gh" + "p_" + body + "0A1B2C"))[0].Evidence, Is.EqualTo(Evidence.Pattern));
    }

    [Test]
    public void Nearest_vendor_is_told() =>
        Assert.That(Marked.Kinds("twilio and rollbar: " + Fakes.AzureHex + ", datadog_key=" + Fakes.AzureHex), Is.EqualTo(new[] { "ROLLBAR_TOKEN " + Fakes.AzureHex, "DATADOG_API_KEY " + Fakes.AzureHex }));

    [TestCase("datadog commit {0}")]
    [TestCase("datadog_version=3 etag: \"{0}\"")]
    [TestCase("rollbar trace_id={0}")]
    [TestCase("datadog md5 {0}")]
    [TestCase("datadog asset.{0}.js")]
    [TestCase("datadog {0}-suffix")]
    public void Digest_after_a_vendor_is_left_alone(string frame) => Assert.That(Marked.Kinds(string.Format(null, frame, Fakes.AzureHex)), Is.Empty);

    internal static string Draw(TokenSegment[] shape, Random random)
    {
        var token = new StringBuilder();
        foreach (TokenSegment segment in shape)
        {
            if (segment.IsLiteral)
            {
                token.Append(Encoding.ASCII.GetString(segment.Literal));
                continue;
            }

            byte[] set = [.. Enumerable.Range(33, 94).Select(b => (byte)b).Where(segment.Set.Has)];
            byte[] solid = Array.FindAll(set, b => char.IsAsciiLetterOrDigit((char)b));
            int length = random.Next(segment.Min, segment.Max + 1);
            for (int i = 0; i < length; i++)
            {
                byte[] from = i == 0 || i == length - 1 ? solid : set;
                token.Append((char)from[random.Next(from.Length)]);
            }
        }

        return token.ToString();
    }
}
