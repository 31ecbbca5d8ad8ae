// A photo of a note that was left: drawn anew on the phone, so that it is small and holds nothing of what cameras write.
export interface Reduced {
  type: "image/jpeg";
  data: string;
}

const SIDES = [1600, 1200, 900, 640];
const QUALITY = 0.75;
/** Bytes that the server takes of one picture, with some room. */
const MOST = 450_000;

/** Rejects when the file is no picture that this phone can draw. */
export async function reduced(file: File): Promise<Reduced> {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      const pen = canvas.getContext("2d");
      if (!pen) throw new Error("nothing can be drawn here");
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      const data = canvas.toDataURL("image/jpeg", QUALITY).split(",")[1] ?? "";
      if (data.length * 0.75 <= MOST) return { type: "image/jpeg", data };
    }
  } finally {
    image.close();
  }
  throw new Error("the photo does not get small enough");
}
