namespace IronCage.Safety.Recognisers.Phones;

internal static partial class NationalPlans
{
    private const string NorthAmerica = "[2-9][0-8]x:10 1[2-9][0-8]:11";

    private static NationalPlan[] Americas =>
    [
        // NorthAmericanNumber knows their printed forms.
        new("US", NorthAmerica),
        new("CA", NorthAmerica),
        new("PR", NorthAmerica),
        new("DO", NorthAmerica),
        new("JM", NorthAmerica),
        new("TT", NorthAmerica),
        new("AR", "0[1-9]x:11,13 1[1-9]x:10,12 [2-3]xx:10,12", "011 15-xxxx-xxxx", "0[2-3]xx 15-xxx-xxxx", "0[2-3]xxx 15-xx-xxxx", "011 xxxx-xxxx", "(011) xxxx-xxxx", "(0[2-3]xx) xxx-xxxx"),
        new("BO", "[2-7]xx:8"),
        new("BR", "[1-9][1-9]x:10-11 0[1-9][1-9]:11-12 9xx:9 [2-5]xx:8 0[3,5,8,9]00:11", "([1-9][1-9]) 9xxxx-xxxx", "0800 xxx xxxx", "0800 xxx-xxxx"),
        new("CL", "[2-9]xx:9"),
        new("CO", "60x:10 3xx:10 [1-8]xx:8 01[8-9]:11-13", "(60[1-8]) xxxxxxx", "(60[1-8]) xxx xxxx"),
        new("CR", "[2,4-8]xx:8"),
        new("EC", "0[2-7]x:9 09x:10 1800:10", "09x xxx xxxx", "(0[2-7]) xxx-xxxx"),
        new("GT", "[2-7]xx:8"),
        new("HN", "[2,3,7-9]xx:8"),
        new("MX", "[2-9]xx:10 01[2-9]:12 04[4,5]:13"),
        new("NI", "[2,5,7,8]xx:8"),
        new("PA", "[2-9]xx:7 6xx:8"),
        new("PE", "01x:8-9 0[4-8]x:8-9 9xx:9", "(01) xxxxxxx", "(01) xxx xxxx", "(0[4-8]x) xxxxxx"),
        new("PY", "0[2-9]x:9-10", "(0[2-9]x) xxx xxx", "09xx xxx xxx", "09xx xxxxxx"),
        new("SV", "[2,6,7]xx:8"),
        new("UY", "[2,4]xx:8 09x:9", "09x xxx xxx"),
        new("VE", "02x:11 04[1,2]:11", "02xx-xxxxxxx", "04[1,2]x-xxxxxxx", "(02xx) xxx-xxxx", "(02xx) xxx xx xx", "04[1,2]x-xxx-xxxx", "04[1,2]x-xxx.xx.xx"),
    ];
}
