namespace IronCage.Safety.Tests.Recognisers.Secrets;

internal sealed class GroupedTokenRecogniserTests
{
    [TestCase("My app password is ⟦qzkw vjxp tmbd rhcy⟧, please", "GOOGLE_APP_PASSWORD")]
    [TestCase("smtp (⟦qzkw vjxp tmbd rhcy⟧). gmail: ⟦wkzq pxjv dbmt ychr⟧", "GOOGLE_APP_PASSWORD")]
    [TestCase("wordpress key ⟦aB3d eF5h Jk7m Np9r sT2v Wx4z⟧; application password \"⟦zY8x Wv6u Ts4r Qp2n Ml9k Jh7g⟧\"", "WORDPRESS_APP_PASSWORD")]
    public void Groups_behind_their_word_are_found(string marked, string kind) => Marked.Check(marked, kind);

    [TestCase("gmail says that they have sent some mail, smtp with this code they will take over", "GOOGLE_APP_PASSWORD")]
    [TestCase("the code qzkw vjxp tmbd rhcy is none; smtp qzkw vjxp tmbd rhcyx, smtp aaaa aaaa aaaa aaaa", "GOOGLE_APP_PASSWORD")]
    [TestCase("wordpress 4111 1111 1111 1111 2222 3333", "WORDPRESS_APP_PASSWORD")]
    public void Sentences_and_numbers_are_left_alone(string text, string kind) => Marked.Check(text, kind);
}
