using CsCheck;
using IronCage.Safety.Text;

namespace IronCage.Safety.Tests.Text;

internal sealed class ByteSetTests
{
    private static readonly ByteSet Set = ByteSet.Of("abz09_\u00C3\u00FF"u8);

    /// <summary>Mostly members, so that runs are long.</summary>
    private static readonly Gen<byte[]> Texts = Gen.Frequency((12, Gen.Int[0, 9].Select(i => "abz09_\u00C3\u00FF"u8[i])), (1, Gen.Byte)).Array[0, 70];

    private static readonly Gen<(byte[] Text, int From, int To)> Parts =
        Texts.SelectMany(text => Gen.Int[0, text.Length].SelectMany(from => Gen.Int[from, text.Length].Select(to => (text, from, to))));

    [Test]
    public void Run_ends_before_the_first_byte_that_is_no_member() => Parts.Sample(part =>
    {
        int end = part.From;
        while (end < part.To && IsMember(part.Text[end]))
            end++;
        Assert.That(Set.End(part.Text, part.From, part.To), Is.EqualTo(end));
    });

    [Test]
    public void Run_begins_behind_the_last_byte_that_is_no_member() => Parts.Sample(part =>
    {
        int start = part.To;
        while (start > part.From && IsMember(part.Text[start - 1]))
            start--;
        Assert.That(Set.Start(part.Text, part.From, part.To), Is.EqualTo(start));
    });

    [Test]
    public void Members_of_64_bytes_are_found() => Texts.Where(text => text.Length > 0).Sample(text =>
    {
        ulong found = Set.Find(text, 0);
        for (int i = 0; i < Math.Min(64, text.Length); i++)
            Assert.That((found >> i & 1) != 0, Is.EqualTo(IsMember(text[i])));
    });

    private static bool IsMember(byte b) => "abz09_\u00C3\u00FF"u8.Contains(b);
}
