using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // Task.Run\nb", "a            \nb")]
    [InlineData("a /* x\ny */ b", "a     \n     b")]
    [InlineData("f(\"Task.Run\")", "f(\"        \")")]
    [InlineData("f(\"a\\\"b\", c)", "f(\"    \", c)")]
    [InlineData("f(@\"a\"\"b\\\", c)", "f(@\"     \", c)")]
    [InlineData("f('\"', Task.Run)", "f(' ', Task.Run)")]
    [InlineData("f('\\'', x)", "f('  ', x)")]
    [InlineData("$\"x{DateTime.Now}y{{z\" + a", "$\" {DateTime.Now}    \" + a")]
    [InlineData("$\"{f(\"q\")}\"; a", "$\"{f(\" \")}\"; a")]
    [InlineData("\"\"\"a \"b\" c\"\"\" + d", "\"\"\"       \"\"\" + d")]
    [InlineData("\"\" + d", "\"\" + d")]
    public void Comments_and_string_contents_are_blanked_and_code_stays(string text, string expected) =>
        Assert.Equal(expected, CodeText.Of(text));
}
