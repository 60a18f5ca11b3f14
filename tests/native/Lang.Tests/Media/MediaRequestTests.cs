using System.Text;
using IronCage.Lang.Media;

namespace IronCage.Lang.Tests.Media;

public sealed class MediaRequestTests
{
    private const string Form =
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-4o-transcribe\r\n"
        + "--b\r\ncontent-disposition: form-data; filename=\"a;name=\\\"x\\\".mp3\"; name=file\r\nContent-Type: audio/mpeg\r\n\r\n\r\n--bb\r\n--\r\n--b \t\r\n"
        + "Content-Disposition: form-data; name=\"prompt\"\r\n\r\nGrüße\r\n--b--\r\n";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes(Form);

    [Test]
    public void A_form_is_read_in_place_whatever_its_files_look_like()
    {
        Assert.That(TranscriptionRequestReader.TryRead(Body, out var request, out var problem), Is.True, problem);
        Assert.That((request.Model, request.Stream, request.UnscannableParts, request.SendsAudio, request.HasFixedOutput), Is.EqualTo(("gpt-4o-transcribe", false, 1, true, true)));
        Assert.That(request.Texts.Select(text => Encoding.UTF8.GetString(Body[text.Start..text.End])), Is.EqualTo(new[] { "Grüße" }));
        Assert.That(Encoding.UTF8.GetString(Body[request.ModelPlace.Start..request.ModelPlace.End]), Is.EqualTo(request.Model));
    }

    [Test]
    public void A_form_that_is_cut_anywhere_is_not_read()
    {
        for (var length = 0; length < Body.Length - 2; length++) // the last line needs no end
            Assert.That((TranscriptionRequestReader.TryRead(Body.AsSpan(0, length), out _, out var problem), problem.Length > 0), Is.EqualTo((false, true)), $"{length}");
    }

    [TestCase("\r\nContent-Transfer-Encoding: base64", "a part of the form has a content-transfer-encoding")]
    [TestCase("\r\nContent-Disposition: form-data; name=\"x\"", "a part of the form has no name that is clear")]
    [TestCase("; name=\"prompt\"", "a part of the form has no name that is clear")]
    [TestCase("; name*=utf-8''prompt", "a part of the form has no name that is clear")]
    [TestCase("; filename=\"open", "a part of the form has no name that is clear")]
    [TestCase("\r\nnothing", "a part of the form has a header that cannot be read")]
    public void What_servers_may_read_differently_is_an_error(string more, string expected)
    {
        var body = Encoding.UTF8.GetBytes(Form.Replace("name=\"model\"", "name=\"model\"" + more, StringComparison.Ordinal));
        Assert.That(TranscriptionRequestReader.TryRead(body, out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [TestCase("""{"model":"m","prompt":"x"}""", 1, 6240L, 0)]
    [TestCase("""{"model":"m","n":3,"quality":"low","size":"1024x1024"}""", 3, 272L, 0)]
    [TestCase("""{"model":"m","quality":"high","size":"1536x1024","partial_images":2}""", 1, 6408L, 0)]
    [TestCase("""{"model":"m","quality":null,"size":null,"n":null,"partial_images":null}""", 1, 6240L, 0)]
    [TestCase("""{"model":"m","size":"8192x8192"}""", 1, null, 0)]
    [TestCase("""{"model":"m","quality":"ultra"}""", 1, null, 0)]
    [TestCase("""{"model":"m","images":[{"image_url":"u"},{"file_id":"f"}],"mask":{"file_id":"g"}}""", 1, 6240L, 3)]
    public void Images_are_bounded_by_their_number_quality_and_size(string body, int choices, long? tokens, int images)
    {
        Assert.That(ImageRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out var request, out var problem), Is.True, problem);
        Assert.That((request.Choices, request.OutputLimit, request.Images, request.UnscannableParts), Is.EqualTo((choices, tokens, images, images)));
    }

    [TestCase("""{"model":"m","n":0}""", "\"n\" is not an integer from 1 to 128")]
    [TestCase("""{"model":"m","partial_images":-1}""", "\"partial_images\" is not an integer from 0 to 100")]
    [TestCase("""{"model":"m","size":5}""", "\"size\" is not a string")]
    [TestCase("""{"model":"m","stream":"yes"}""", "\"stream\" is not a boolean")]
    [TestCase("""{"prompt":"x"}""", "the body names no model")]
    public void Wrong_values_are_errors(string body, string expected)
    {
        Assert.That(ImageRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }
}
