namespace Thermocline.Store.Hot;

internal sealed class HotPage;
