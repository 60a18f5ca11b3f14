using System.Text;
using CsCheck;
using IronCage.Runtime.Calls;

namespace IronCage.Runtime.Tests.Calls;

public class CodePointsTests
{
    [Test]
    public void Count_is_that_of_the_text() => Gen.Int[0, 4].Select(i => new[] { "a", "é", "€", "😀", "abcdefg" }[i]).Array[0, 40].Sample(parts =>
    {
        var text = string.Concat(parts);
        Assert.That(CodePoints.Count(Encoding.UTF8.GetBytes(text)), Is.EqualTo(text.EnumerateRunes().Count()), text);
    });
}
