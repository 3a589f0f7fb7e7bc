namespace Thermocline.Sidecar.Http;

internal sealed class KvAddress
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
}
