namespace IronCage.Safety.Recognisers.Phones;

internal static partial class NationalPlans
{
    private static NationalPlan[] Africa =>
    [
        new("CI", "0[1,5,7]x:10 2[1,5,7]x:10", "0[1,5,7] xx xx xx xx"),
        new("CM", "[2,6]xx:9"),
        new("DZ", "0[1-9]x:9-10", "0[5-7]xx xx xx xx", "0[2-4]x xx xx xx"),
        new("EG", "0[1-9]x:9-11", "01[0-2,5] xxxx xxxx", "01[0-2,5]x xxx xxxx", "02 xxxxxxxx", "02 xxxx xxxx"),
        new("ET", "0[1-9]x:10", "09x xxx xxxx", "011 xxx xxxx"),
        new("GH", "0[2,3,5]x:10", "0[2,3,5]x xxx xxxx"),
        new("KE", "0[1-9]x:9-10", "0[1,7]xx xxxxxx", "0[1,7]xx xxx xxx", "020 xxxxxxx"),
        new("MA", "0[5-8]x:10", "0[5-8]xx-xxxxxx", "0[5-8] xx xx xx xx", "0[5-8]xx xxxxxx"),
        new("NG", "0[1-9]x:8-11", "0[7-9]xx xxx xxxx", "01 xxx xxxx"),
        new("SN", "[3,7]xx:9"),
        new("TN", "[2-9]xx:8"),
        new("TZ", "0[2-8]x:10", "0[6,7]xx xxx xxx", "02x xxx xxxx"),
        new("UG", "0[2-7]x:10", "07xx xxxxxx", "07xx xxx xxx"),
        new("ZA", "0[1-8]x:10", "0[1-8]x xxx xxxx", "(0[1-5]x) xxx xxxx", "0[6-8]x-xxx-xxxx"),
    ];
}
